// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/tensor/random.h"
#include "solvers/data_term.h"
#include "solvers/spectral/baseline.h"
#include "solvers/spectral/map_rows.h"
#include "solvers/spectral/unmix.h"
#include "solvers/spectral/whittaker_baseline.h"
#include "tests/solvers/spectral/map_scene.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using namespace parfocal::solvers;

StageRecord record_of(const at::Tensor& image) {
  StageRecord record;
  record.image = record.measured = image;
  record.axis_per_m = MapScene::references().shift_per_m;
  return record;
}

at::Tensor light() {
  return RandomStream(4, "light").uniform({2, 3, MapScene::kY, MapScene::kX}) * 1e5 + 1e4;
}

TEST(Baseline, OfAMapIsThatOfEverySpectrum) {
  const MapScene scene;
  const at::Tensor image = scene.model.forward(light()) + 500.0;
  const StageRecord found = Baseline(Baseline::Params{}).process(record_of(image), scene.scene());
  const at::Tensor rows = rows_of(image[1]), left = rows_of(found.image[1]);
  std::vector<double> y = to_vector(rows[5]), z(y.size());
  WhittakerOutcome outcome;
  whittaker_baselines({}, RoughnessBand::of(MapScene::kChannels, {}), y, {}, z,
                      std::span(&outcome, 1));
  for (std::size_t j = 0; j < y.size(); ++j) {
    EXPECT_DOUBLE_EQ(left[5][static_cast<std::int64_t>(j)].item<double>(), y[j] - z[j]);
  }
}

TEST(Baseline, HalfGainIsAPeriodInShift) {
  const MapScene scene;
  const at::Tensor image = scene.model.forward(light()) + 500.0;
  Baseline::Params by_period, by_lambda;
  by_period.half_gain = RamanShift::from_per_m(4 * 100 * 60.0);
  by_lambda.smoothness = std::pow(60.0 / (2 * M_PI), 4);
  EXPECT_LT(relative_difference(Baseline(by_period).process(record_of(image), scene.scene()).image,
                                Baseline(by_lambda).apply(image, scene.scene())),
            1e-9);
  EXPECT_THROW(static_cast<void>(Baseline(by_period).apply(image, scene.scene())), UsageError);
}

TEST(Baseline, MethodsWithoutWeightsRefuseMaskedSamples) {
  const MapScene scene;
  StageRecord record = record_of(scene.model.forward(light()));
  record.mask = at::ones_like(record.image);
  record.mask[0][7][1][2] = 0;
  Baseline::Params params;
  params.method = Baseline::Method::kRubberband;
  EXPECT_THROW(static_cast<void>(Baseline(params).process(record, scene.scene())), UsageError);
}

TEST(Unmix, GivesTheLightBackAndLeavesOutWhatDoesNotCount) {
  const MapScene scene;
  const at::Tensor c = light();
  StageRecord record = record_of(scene.model.forward(c));
  record.mask = at::ones_like(record.image);
  record.mask[0][7][1][2] = 0;
  record.image = record.image.clone();
  record.image[0][7][1][2] = 1e9;
  record.mask.select(3, 3).fill_(0);
  for (const Unmixing method : {Unmixing::kLeastSquares, Unmixing::kNonNegative}) {
    Unmix::Params params;
    params.method = method;
    const StageRecord found = Unmix(params).process(record, scene.scene());
    EXPECT_LT(relative_difference(found.image.narrow(3, 0, 3), c.narrow(3, 0, 3)), 1e-9);
    EXPECT_TRUE(found.image.select(3, 3).isnan().all().item<bool>());
    EXPECT_EQ(found.channel_names.size(), 3U);
  }
}

/// Mean squared error about the truth, of 24,000 values for each species: known to 0.9 %.
TEST(Unmix, ErrorMapsAreTheSpreadOfRepeatedMeasurements) {
  const MapScene scene;
  const at::Tensor one = light().narrow(0, 0, 1) * 0.1;
  const at::Tensor mean = scene.model.forward(one);
  constexpr std::int64_t kRepeats = 2000;
  const at::Tensor counts =
      RandomStream(9, "repeats").poisson(mean.expand({kRepeats, -1, -1, -1}).contiguous());
  for (const Unmixing method :
       {Unmixing::kLeastSquares, Unmixing::kNonNegative, Unmixing::kPoisson}) {
    Unmix::Params params;
    params.method = method;
    const StageRecord found = Unmix(params).process(record_of(counts), scene.scene());
    const StageRecord sure = Unmix(params).process(record_of(mean), scene.scene());
    const at::Tensor squares = (found.image - one).square().mean(0);
    EXPECT_GT(found.image.min().item<double>(), 0.0);
    for (std::int64_t k = 0; k < 3; ++k) {
      const std::string name = "species_" + std::to_string(k + 1) + "_deviation";
      const at::Tensor bound = sure.shown.fields.at(name).values[0][0].square();
      EXPECT_NEAR((squares[k] / bound).mean().item<double>(), 1, 0.05) << int(method) << k;
      const at::Tensor shown = found.shown.fields.at(name).values[0][0].square();
      EXPECT_LT((shown / bound - 1).abs().max().item<double>(), 0.15) << int(method) << k;
    }
  }
}

TEST(Unmix, OnePhotonScaleChangesNothingButUnits) {
  const MapScene scene;
  const at::Tensor counts = RandomStream(9, "counts").poisson(scene.model.forward(light()));
  Unmix::Params params;
  params.method = Unmixing::kPoisson;
  const StageScene dim{scene.model, scene.detector, 4.0};
  const at::Tensor photons = Unmix(params).process(record_of(counts), scene.scene()).image;
  const at::Tensor values = Unmix(params).process(record_of(counts / 4.0), dim).image;
  EXPECT_LT(relative_difference(values * 4.0, photons), 1e-9);
}

}  // namespace
}  // namespace parfocal::test
