// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/diffuser.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

Diffuser diffuser_of(double feature_m, double rms_m, std::int64_t seed = 1,
                     const BuildContext& context = {}) {
  Diffuser::Params params;
  params.feature_size = Length::from_m(feature_m);
  params.height_rms = Length::from_m(rms_m);
  params.seed = seed;
  return {params, context};
}

/// Mean of h(r) h(r + lag) along x.
double correlation(const at::Tensor& h, std::int64_t lag) {
  const std::int64_t n = h.size(1) - lag;
  return (h.narrow(1, 0, n) * h.narrow(1, lag, n)).mean().item<double>();
}

// 1200 x 1300 samples hold about 1.5e6 / (pi 8^2) = 7000 independent heights: rms to 1.2 %.
const Grid kWide = Grid::centred(1200, 1300, 1e-6, 1e-6);

TEST(Diffuser, HeightHasTheRmsTheCorrelationAndTheSlopeThatAreAskedFor) {
  const at::Tensor h = diffuser_of(8e-6, 2e-6).height_m(kWide) * 1e6;
  const double variance = correlation(h, 0);
  EXPECT_NEAR(std::sqrt(variance), 2.0, 0.06);
  EXPECT_NEAR(h.mean().item<double>(), 0.0, 0.1);
  for (const std::int64_t lag : {2, 4, 8, 12, 16}) {
    const double expected = std::exp(-std::pow(static_cast<double>(lag) / 8.0, 2));
    EXPECT_NEAR(correlation(h, lag) / variance, expected, 0.05);
  }
  const double slope = std::sqrt(correlation(h.diff(1, 1), 0));
  EXPECT_NEAR(slope, std::sqrt(2.0) * 2.0 / 8.0, 0.02);
}

TEST(Diffuser, SlopeStandsForTheHeight) {
  Diffuser::Params params;
  params.feature_size = Length::from_m(8e-6);
  params.slope = 0.25;
  const at::Tensor by_slope = Diffuser(params, {}).height_m(kWide);
  params.slope.reset();
  params.height_rms = Length::from_m(0.25 * 8e-6 / std::sqrt(2.0));
  EXPECT_LE(relative_error(by_slope, Diffuser(params, {}).height_m(kWide)), 1e-12);
}

TEST(Diffuser, AnotherSamplingShowsTheSameHeights) {
  const Diffuser diffuser = diffuser_of(10e-6, 2e-6);
  const Grid coarse = Grid::centred(21, 30, 2e-6, 3e-6);
  const Grid fine{63, 90, 2e-6 / 3, 1e-6, 3 * 10 + 1, 3 * 15 + 1};
  const at::Tensor h = diffuser.height_m(fine);
  EXPECT_LE(relative_error(h.slice(0, 1, 63, 3).slice(1, 1, 90, 3), diffuser.height_m(coarse)),
            1e-12);
}

TEST(Diffuser, TheSeedChoosesTheDiffuser) {
  const Grid grid = Grid::centred(40, 50, 1e-6, 1e-6);
  const at::Tensor first = diffuser_of(8e-6, 2e-6, 1).height_m(grid);
  EXPECT_EQ(relative_error(diffuser_of(8e-6, 2e-6, 1).height_m(grid), first), 0.0);
  EXPECT_GE(relative_error(diffuser_of(8e-6, 2e-6, 2).height_m(grid), first), 0.5);
}

TEST(Diffuser, UnresolvedFeaturesAndPhasesAreSamplingErrors) {
  BuildContext context;
  context.path = "optics.diffuser";
  const Beam beam{Grid::centred(64, 64, 2e-6, 2e-6), 532e-9, 1.0};
  const at::Tensor field = at::ones({64, 64}, at::kComplexDouble);
  try {
    (void)diffuser_of(3e-6, 1e-6, 1, context).apply(field, beam);
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(
        error.what(),
        "optics.diffuser.feature_size = 3 um: not resolved by samples of pitch 2 um, limit "
        "1.5 um; take finer samples or a larger feature_size");
  }
  EXPECT_NO_THROW((void)diffuser_of(20e-6, 1e-6, 1, context).apply(field, beam));
  EXPECT_THROW((void)diffuser_of(20e-6, 20e-6, 1, context).apply(field, beam), SamplingError);
}

TEST(Diffuser, HeightIsTrainableOnTheGridOfTheField) {
  ParameterTree tree;
  BuildContext context;
  context.path = "optics.diffuser";
  context.dtype = at::kDouble;
  context.parameters = &tree;
  const Beam beam{Grid::centred(15, 22, 0.65e-6, 0.80e-6), 532e-9, 1.0};
  context.sensor = beam.grid;
  const Diffuser diffuser = diffuser_of(4e-6, 0.3e-6, 1, context);
  at::Tensor leaf = tree.at("optics.diffuser.height").leaf;
  ASSERT_EQ(leaf.sizes(), at::IntArrayRef({15, 22}));
  const at::Tensor field = random_complex({15, 22}, 3), reference = random_complex({15, 22}, 4);
  const auto loss = [&] { return (diffuser.apply(field, beam) - reference).abs().square().sum(); };
  leaf.set_requires_grad(true);
  loss().backward();
  const double gradient = leaf.grad()[4][5].item<double>();
  leaf.set_requires_grad(false);
  leaf[4][5] += 1e-5;
  const double above = loss().item<double>();
  leaf[4][5] -= 2e-5;
  EXPECT_NEAR(gradient, (above - loss().item<double>()) / 2e-5, 1e-6 * std::abs(gradient));
}

}  // namespace
}  // namespace parfocal::optics
