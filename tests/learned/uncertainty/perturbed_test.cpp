// SPDX-License-Identifier: Apache-2.0
#include "learned/uncertainty/perturbed.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/real.h>
#include <ATen/ops/scalar_tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "learned/uncertainty/calibration.h"
#include "solvers/linear/wiener.h"
#include "solvers/linear/wiener_filter.h"
#include "tests/learned/losses/plain_camera.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using learned::perturbed_deviation;
using Stages = std::vector<std::shared_ptr<const Stage>>;

constexpr std::int64_t kY = 24, kX = 25;
constexpr double kPhotons = 200.0, kNoise = 0.05;

/// Gaussian objects, Gaussian blur of two widths, Gaussian noise, periodic: everything is known.
struct GaussianModel {
  ObjectSpectrum object{0.5, 0.06, 8.0};
  imaging::IncoherentImaging model;
  optics::GaussianDetector detector;
  Stages stages;

  explicit GaussianModel(std::vector<double> widths)
      : model(blurs(widths), imaging::Boundary::kPeriodic), detector(camera(), BuildContext{}) {
    solvers::Wiener::Params params;
    params.object = object;
    params.range = std::nullopt;
    stages = {std::make_shared<solvers::Wiener>(params)};
  }
  static optics::GaussianDetector::Params camera() {
    optics::GaussianDetector::Params params;
    params.sigma = kNoise * kPhotons;
    return params;
  }
  static at::Tensor blurs(const std::vector<double>& widths) {
    at::Tensor psf = at::zeros({static_cast<std::int64_t>(widths.size()), kY, kX}, at::kDouble);
    for (std::size_t k = 0; k < widths.size(); ++k) {
      for (std::int64_t y = 0; y < kY; ++y) {
        for (std::int64_t x = 0; x < kX; ++x) {
          const double r2 = std::pow(y - kY / 2, 2) + std::pow(x - kX / 2, 2);
          psf[static_cast<std::int64_t>(k)][y][x].fill_(
              std::exp(-r2 / (2 * widths[k] * widths[k])));
        }
      }
    }
    return psf / psf.sum({1, 2}, true);
  }
  [[nodiscard]] StageScene scene() const { return {model, detector, kPhotons}; }
  [[nodiscard]] at::Tensor draw_object(std::uint64_t seed) const {
    const at::Tensor white = random_normal({1, 1, kY, kX}, at::kDouble, seed);
    return irfft2(rfft2(white) * object.power(kY, kX).sqrt(), kY, kX) + object.mean;
  }
  [[nodiscard]] at::Tensor image_of(const at::Tensor& x, std::uint64_t seed) const {
    const at::Tensor mean = model.forward(x);
    return mean + random_normal(mean.sizes(), at::kDouble, seed) * kNoise;
  }
  [[nodiscard]] at::Tensor transfer() const { return solvers::sensor_transfer(model, "test"); }
};

double mean_variance(const at::Tensor& deviation) {
  return deviation.square().mean().item<double>();
}

TEST(PerturbedDeviation, IsThePosteriorOfTheCirculantGaussianModel) {
  const GaussianModel c({1.5});
  const at::Tensor s = c.object.power(kY, kX), h = c.transfer()[0];
  const at::Tensor gain = at::real(h * h.conj());
  const double posterior =
      plane_mean(s * kNoise * kNoise / (s * gain + kNoise * kNoise), kX).item<double>();
  const at::Tensor image = c.image_of(c.draw_object(1), 2);
  const at::Tensor found = perturbed_deviation(c.stages, c.scene(), image, {200, 3, 0});
  EXPECT_NEAR(mean_variance(found) / posterior, 1.0, 0.05);
  EXPECT_LT((found.square() / posterior - 1.0).abs().max().item<double>(), 0.5)
      << "every pixel alike";
}

TEST(PerturbedDeviation, IsTheErrorOfEachConditionThatSharesTheFilter) {
  const GaussianModel c({0.8, 2.5});
  const solvers::WienerFilter wiener = solvers::wiener_filter(
      c.transfer(), c.object.power(kY, kX), at::scalar_tensor(kNoise * kNoise, at::kDouble), kX);
  const at::Tensor image = c.image_of(c.draw_object(1), 2);
  const at::Tensor found = perturbed_deviation(c.stages, c.scene(), image, {200, 3, 0});
  for (std::int64_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(mean_variance(found.select(1, k)) / wiener.condition_errors[k].item<double>(), 1.0,
                0.05);
  }
}

/// The intervals hold the objects as often as they say, over images of which each is drawn anew.
TEST(PerturbedDeviation, IsCalibratedWhereTheModelHolds) {
  const GaussianModel c({1.5});
  learned::Calibration found(0.9);
  for (std::uint64_t i = 0; i < 40; ++i) {
    const at::Tensor object = c.draw_object(100 + i), image = c.image_of(object, 200 + i);
    found.add(object, c.stages[0]->apply(image, c.scene()),
              perturbed_deviation(c.stages, c.scene(), image, {100, 3, i}));
  }
  for (const double p : {0.5, 0.68, 0.9, 0.95}) {
    EXPECT_TRUE(found.coverage(p).is_inside()) << found.coverage(p).observed << " of " << p;
    EXPECT_NEAR(found.coverage(p).observed, p, 0.03) << "far inside the band of 40 images";
  }
  EXPECT_NEAR(found.z_variance(), 1.0, 0.1);
  // Of 20 images the level 0.9 asks for 0.9 21 / 20 = 0.945, normal errors for 1.919 deviations.
  EXPECT_NEAR(found.conformal_scale(), 1.919, 0.1);
  EXPECT_NEAR(found.conformal_coverage(), 0.945, 0.03);
  EXPECT_NEAR(found.mean_deviation() / found.rmse(), 1.0, 0.05);
}

/// A stage that is no posterior.
class Half final : public Stage {
 public:
  [[nodiscard]] at::Tensor apply(const at::Tensor& image, const StageScene&) const override {
    return image * 0.5;
  }
};

TEST(PerturbedDeviation, WithoutAPosteriorItIsTheSpreadByTheNoise) {
  const GaussianModel c({1.5});
  const Stages stages{std::make_shared<Half>()};
  const at::Tensor image = c.image_of(c.draw_object(1), 2);
  EXPECT_TRUE(learned::draws_objects(c.stages));
  EXPECT_FALSE(learned::draws_objects(stages));
  const at::Tensor found = perturbed_deviation(stages, c.scene(), image, {100, 3, 0});
  EXPECT_NEAR(std::sqrt(mean_variance(found)) / (0.5 * kNoise), 1.0, 0.02);
}

TEST(PerturbedDeviation, LaterStagesSeeTheDraws) {
  const GaussianModel c({1.5});
  Stages longer = c.stages;
  longer.push_back(std::make_shared<Half>());
  const at::Tensor image = c.image_of(c.draw_object(1), 2);
  // Half of the estimate has another expected image, but Gaussian noise does not follow the light.
  EXPECT_TRUE(close_relative(perturbed_deviation(longer, c.scene(), image, {10, 3, 0}),
                             perturbed_deviation(c.stages, c.scene(), image, {10, 3, 0}) * 0.5,
                             1e-10));
}

TEST(PerturbedDeviation, DrawsOfASampleAreItsOwn) {
  const GaussianModel c({1.5});
  const at::Tensor image = c.image_of(c.draw_object(1), 2);
  const auto found = [&](std::uint64_t seed, std::uint64_t sample) {
    return perturbed_deviation(c.stages, c.scene(), image, {5, seed, sample});
  };
  EXPECT_TRUE(found(3, 0).equal(found(3, 0)));
  EXPECT_FALSE(found(3, 0).equal(found(3, 1)));
  EXPECT_FALSE(found(3, 0).equal(found(4, 0)));
  EXPECT_THROW(static_cast<void>(perturbed_deviation(c.stages, c.scene(), image, {1, 0, 0})),
               UsageError);
  EXPECT_THROW(static_cast<void>(perturbed_deviation({}, c.scene(), image, {5, 0, 0})), UsageError);
}

}  // namespace
}  // namespace parfocal::test
