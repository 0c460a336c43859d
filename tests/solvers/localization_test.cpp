// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "datasets/formats/emitter_tables.h"
#include "datasets/image_files.h"
#include "forward_models/smlm/gaussian_block.h"
#include "forward_models/smlm/gaussian_emitters.h"
#include "optics/detectors/gaussian_detector.h"
#include "optics/detectors/poisson_detector.h"
#include "optics/detectors/scmos_detector.h"
#include "solvers/localization/counting_noise.h"
#include "solvers/localization/net_gradient.h"
#include "solvers/localization/rendering.h"
#include "tests/solvers/fit_case.h"
#include "tests/support/data.h"
#include "tests/support/matchers.h"

namespace parfocal::solvers {
namespace {

void expect_at_the_bound(const FitStatistics& found) {
  EXPECT_EQ(found.lost, 0);
  for (const int axis : {0, 1}) {
    EXPECT_GT(found.rmse_over_bound[axis], 0.98);
    EXPECT_LT(found.rmse_over_bound[axis], 1.03);
    EXPECT_LT(std::abs(found.bias_over_bound[axis]), 0.1);
  }
}

TEST(MaximumLikelihood, ReachesTheCramerRaoBound) {
  const FitStatistics found = fit_statistics({}, 10'000, 1);
  expect_at_the_bound(found);
  for (const int parameter : {2, 3, 4}) {
    EXPECT_NEAR(found.rmse_over_bound[parameter], 1.0, 0.03) << parameter;
    EXPECT_LT(std::abs(found.bias_over_bound[parameter]), 0.1) << parameter;
  }
  EXPECT_NEAR(found.deviance, 1.0, 0.05);
}

TEST(MaximumLikelihood, ReachesTheBoundWithReadNoise) {
  FitCase which;
  which.free_width = false;
  which.read_variance = 2;
  expect_at_the_bound(fit_statistics(which, 10'000, 2));
}

/// Mean of the score 0 at the optimum: no step in any direction raises the likelihood.
TEST(MaximumLikelihood, EndsWhereTheScoreIsZero) {
  const SimulatedWindows all = simulate({}, kEmitterLanes, 3);
  const auto block = smlm::make_gaussian_block({11, 11, 1.3, 1.0, true}, SimdLevel::kBaseline);
  FitOptions exact;
  exact.tolerance = 1e-9;
  const Fits fits = fit_emitters(*block, all.windows, exact);
  std::vector<double> counts(all.windows.counts.size()), theta(fits.theta.size());
  for (std::size_t l = 0; l < kEmitterLanes; ++l) {
    for (std::size_t p = 0; p < 121; ++p) {
      counts[p * kEmitterLanes + l] = all.windows.counts[l * 121 + p];
    }
    for (std::size_t a = 0; a < 5; ++a) theta[a * kEmitterLanes + l] = fits.theta[l * 5 + a];
  }
  EmitterSums sums;
  block->evaluate({counts.data(), nullptr}, theta.data(), sums);
  for (std::size_t l = 0; l < kEmitterLanes; ++l) {
    EXPECT_EQ(fits.state[l], FitState::kConverged);
    for (std::size_t a = 0; a < 5; ++a) {
      EXPECT_LT(std::abs(sums.score[a][l]) * fits.deviation[l * 5 + a], 1e-7) << a;
    }
  }
}

TEST(MaximumLikelihood, AFitDoesNotSeeItsNeighbours) {
  const SimulatedWindows all = simulate({}, 21, 4);
  const auto block = smlm::make_gaussian_block({11, 11, 1.3, 1.0, true});
  const Fits together = fit_emitters(*block, all.windows);
  for (std::int64_t fit = 0; fit < 21; ++fit) {
    FitWindows one;
    const auto first = all.windows.counts.begin() + fit * 121;
    one.counts.assign(first, first + 121);
    const Fits alone = fit_emitters(*block, one);
    for (std::int64_t a = 0; a < 5; ++a) {
      EXPECT_EQ(alone.theta[static_cast<std::size_t>(a)],
                together.theta[static_cast<std::size_t>(fit * 5 + a)]);
    }
    EXPECT_EQ(alone.iterations[0], together.iterations[static_cast<std::size_t>(fit)]);
  }
}

TEST(MaximumLikelihood, SaysWhatBecameOfEveryFit) {
  SimulatedWindows all = simulate({}, 4, 5);
  all.windows.counts[121 + 60] = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t p = 0; p < 121; ++p) all.windows.counts[2 * 121 + p] = 0;
  const auto block = smlm::make_gaussian_block({11, 11, 1.3, 1.0, true});
  const Fits fits = fit_emitters(*block, all.windows);
  EXPECT_EQ(fits.state[0], FitState::kConverged);
  EXPECT_EQ(fits.state[1], FitState::kUnusable);
  EXPECT_NE(fits.state[2], FitState::kConverged);  // No light: at the limits of the model.
  EXPECT_EQ(fits.state[3], FitState::kConverged);
  FitOptions short_one;
  short_one.iterations = 1;
  EXPECT_EQ(fit_emitters(*block, all.windows, short_one).state[0], FitState::kIterationLimit);
}

std::vector<Spot> spots_of(const at::Tensor& frames, std::int64_t box, double threshold) {
  return NetGradient({box, threshold}, BuildContext()).detect(frames);
}

/// A Gaussian that is begun at given places, NaN for none.
class StartedBlock final : public EmitterBlock {
 public:
  explicit StartedBlock(std::vector<double> x) : x_(std::move(x)) {}
  [[nodiscard]] std::int64_t n_y() const override { return block_->n_y(); }
  [[nodiscard]] std::int64_t n_x() const override { return block_->n_x(); }
  [[nodiscard]] const std::vector<EmitterParameter>& parameters() const override {
    return block_->parameters();
  }
  [[nodiscard]] int starts() const override { return static_cast<int>(x_.size()); }
  void start(const EmitterWindows&, double* theta) const override {
    for (const double x : x_) {
      for (const double value : {x, 10.0, 500.0, 10.0}) {
        theta = std::fill_n(theta, kEmitterLanes, value);
      }
    }
  }
  void evaluate(const EmitterWindows& windows, const double* theta,
                EmitterSums& sums) const override {
    block_->evaluate(windows, theta, sums);
  }

 private:
  std::vector<double> x_;
  std::shared_ptr<const EmitterBlock> block_ = smlm::make_gaussian_block({21, 21, 1.2, 1.0, false});
};

/// A dim and a bright spot in one window: each holds a fit that is begun at it.
TEST(MaximumLikelihood, TheLikeliestOfSeveralStartsStays) {
  FitWindows windows;
  for (int j = 0; j < 21; ++j) {
    for (int i = 0; i < 21; ++i) {
      const auto spot = [&](double x, double height) {
        return height * std::exp(-((i - x) * (i - x) + (j - 10.0) * (j - 10.0)) / 2.88);
      };
      windows.counts.push_back(std::round(10 + spot(6, 40) + spot(14, 160)));
    }
  }
  const auto x_of = [&](const std::vector<double>& starts) {
    const Fits fits = fit_emitters(StartedBlock(starts), windows);
    EXPECT_EQ(fits.state[0], FitState::kConverged);
    return fits.theta[0];
  };
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NEAR(x_of({6.3}), 6, 0.2) << "the dim spot holds a fit";
  EXPECT_NEAR(x_of({6.3, 13.6}), 14, 0.2);
  EXPECT_NEAR(x_of({13.6, 6.3}), 14, 0.2);
  EXPECT_NEAR(x_of({6.3, kNone, 13.6}), 14, 0.2);
  EXPECT_NEAR(x_of({6.3, kNone}), 6, 0.2);
}

TEST(NetGradient, FindsTheFirstOfEqualMaximaOnce) {
  at::Tensor frame = at::zeros({1, 12, 12}, at::kDouble);
  EXPECT_TRUE(spots_of(frame, 5, 1e-9).empty());
  frame[0][5][6] = 10;
  frame[0][5][7] = 10;
  const auto spots = spots_of(frame, 5, 1e-9);
  ASSERT_EQ(spots.size(), 1U);
  EXPECT_EQ(spots[0].y, 5);
  EXPECT_EQ(spots[0].x, 6);
}

/// By hand: one bright pixel p. Beside it, above and below the difference across is p towards it,
/// diagonal neighbours see nothing of it, and so on: four times p.
TEST(NetGradient, OfOneBrightPixelIsFourTimesItsHeight) {
  at::Tensor frame = at::zeros({1, 9, 9}, at::kDouble);
  frame[0][4][4] = 3;
  const auto spots = spots_of(frame, 5, 1e-9);
  ASSERT_EQ(spots.size(), 1U);
  EXPECT_NEAR(spots[0].score, 12.0, 1e-12);
}

TEST(CountingNoise, ReadsElectronsAndVarianceFromTheDetector) {
  const at::Tensor counts = at::full({2, 1, 3, 4}, 50.0, at::kDouble);
  optics::PoissonDetector::Params photon_counter;
  photon_counter.quantum_efficiency = 0.5;
  photon_counter.dark = Electrons::from_si(2.0);
  BuildContext context;
  context.dtype = at::kDouble;
  const CountingNoise poisson =
      counting_noise(optics::PoissonDetector(photon_counter, context), counts);
  EXPECT_TRUE(test::close(poisson.electrons, at::full({2, 3, 4}, 48.0, at::kDouble), 1e-9));
  EXPECT_TRUE(test::close(poisson.variance, at::full({3, 4}, 2.0, at::kDouble), 1e-9));

  optics::ScmosDetector::Params camera;
  camera.typical = optics::ScmosDetector::Typical{{3, 4}, 1};
  const optics::ScmosDetector scmos(camera, context);
  const CountingNoise noise = counting_noise(scmos, counts);
  EXPECT_EQ(noise.variance.sizes(), (at::IntArrayRef{3, 4}));
  EXPECT_GT(noise.variance.max().item<double>(), noise.variance.min().item<double>());
  const optics::GaussianDetector gaussian({}, context);
  EXPECT_THROW(static_cast<void>(counting_noise(gaussian, counts)), UsageError);
}

TEST(Rendering, EveryEmitterIsOneWholeAndInItsPlace) {
  const RenderedArea area{40, 60, 0.1, -0.5, 0.05};
  const at::Tensor picture = render({{2.0, 1.0, 0.1, 0.2}, {3.0, 1.5, 0.0, 0.0}}, area);
  EXPECT_NEAR(picture.sum().item<double>(), 2.0, 1e-5);
  const at::Tensor pixel = at::arange(60, at::kDouble) * 0.1 - 0.45;
  const double mean_x = (picture.sum(0) * pixel).sum().item<double>() / 2;
  EXPECT_NEAR(mean_x, 2.5, 1e-5);
  const at::Tensor row = at::arange(40, at::kDouble) * 0.1 - 0.45;
  EXPECT_NEAR((picture.sum(1) * row).sum().item<double>() / 2, 1.25, 1e-5);
}

/// Published localisations of the test movie: at their places, net gradients and bounds.
TEST(PublishedTable, NetGradientsAndBoundsOfPicasso) {
  const auto locs = test::data_file("smlm/picasso/testdata_locs.hdf5");
  PARFOCAL_REQUIRE_FILE(locs);
  datasets::ImageFileLoader files;
  ImageFile movie;
  movie.file = test::data_file("smlm/picasso/testdata.raw");
  const at::Tensor frames = files.load("movie", movie).values.squeeze(1).contiguous();
  const std::vector<Spot> spots = spots_of(frames, 7, 5000);
  const Table table = formats::read_picasso(locs);
  smlm::GaussianEmitters::Params params;
  params.pitch = {Length::from_m(160e-9), Length::from_m(160e-9)};
  params.sigma = Length::from_m(160e-9);
  BuildContext context;
  context.dtype = at::kDouble;
  const smlm::GaussianEmitters model(params, context);
  int compared = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.at("frame")[row] >= 100) continue;
    ++compared;
    const double gradient = table.at("net_gradient")[row];
    const auto spot = std::ranges::find_if(spots, [&](const Spot& s) {
      return s.frame == static_cast<std::int64_t>(table.at("frame")[row]) &&
             std::abs(s.score - gradient) < 1e-5 * gradient;
    });
    ASSERT_NE(spot, spots.end()) << row;
    EXPECT_NEAR(spot->score, gradient, 1e-6 * gradient);
    // The stored numbers are not the optimum; at them the information gives the stored bounds.
    const at::Tensor theta =
        at::tensor({table.at("x")[row] - static_cast<double>(spot->x - 3),
                    table.at("y")[row] - static_cast<double>(spot->y - 3), table.at("photons")[row],
                    table.at("background")[row], table.at("sigma_x")[row]},
                   at::kDouble);
    const auto images = model.emitter_images(theta.unsqueeze(0));
    const at::Tensor g = images.derivatives[0].flatten(1);
    const at::Tensor deviation =
        (g / images.mean[0].flatten()).matmul(g.t()).inverse().diagonal().sqrt();
    EXPECT_NEAR(deviation[0].item<double>(), table.at("deviation_x")[row], 1e-5);
    EXPECT_NEAR(deviation[1].item<double>(), table.at("deviation_y")[row], 1e-5);
  }
  EXPECT_EQ(compared, 30);
}

}  // namespace
}  // namespace parfocal::solvers
