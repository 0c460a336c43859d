// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/height_levels.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_unique.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/fft_fft.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/check.h"
#include "core/error.h"
#include "optics/fabrication/levels.h"
#include "tests/optics/parts.h"
#include "tests/support/gradient_check.h"

namespace parfocal::optics {
namespace {

constexpr std::int64_t kSamples = 4096;
constexpr double kPi = std::numbers::pi;

double squared_sinc(double x) {
  return x == 0.0 ? 1.0 : std::pow(std::sin(kPi * x) / (kPi * x), 2);
}

/// One period of a blazed grating of two waves, sampled off its jumps; heights in waves.
at::Tensor ramp() { return (at::arange(kSamples, at::kDouble) + 0.5) * (2.0 / kSamples); }

/// Efficiency of the orders of heights in waves that carry `ratio` of their design phase.
at::Tensor efficiencies(const at::Tensor& waves, double ratio) {
  const at::Tensor phase = waves * (2.0 * kPi * ratio);
  return (at::fft_fft(at::polar(at::ones_like(phase), phase)) / kSamples).abs().square();
}

// T. Fujita et al., Opt. Lett. 7, 578 (1982); the figures are those of fused silica cut for 550 nm.
TEST(HeightLevels, WrappedRampAtAnotherWavelengthHasSincSquaredOrders) {
  struct Case {
    double ratio, zeroth, first, second;
  };
  for (const Case& known :
       {Case{1.2084, 0.026, 0.865, 0.060}, Case{0.8536, 0.027, 0.931, 0.0152}}) {
    const at::Tensor eta = efficiencies(wrap_height(ramp(), 1.0), known.ratio);
    const double expected[] = {known.zeroth, known.first, known.second};
    for (std::int64_t m = 0; m < 3; ++m) {
      // Two periods on the grid: order m stands at index 2 m. Sampling costs (pi m / n)^2.
      const double got = eta[2 * m].item<double>();
      EXPECT_NEAR(got, squared_sinc(known.ratio - static_cast<double>(m)), 1e-5);
      EXPECT_NEAR(got, expected[m], 6e-4);
    }
  }
}

TEST(HeightLevels, LevelsReachTheirPublishedEfficiency) {
  const std::pair<std::int64_t, double> known[] = {{2, 0.405}, {4, 0.811}, {8, 0.950}, {16, 0.987}};
  for (const auto& [levels, published] : known) {
    const at::Tensor eta = efficiencies(quantize_height(ramp(), 1.0, levels), 1.0);
    EXPECT_NEAR(eta[2].item<double>(), squared_sinc(1.0 / static_cast<double>(levels)), 1e-5);
    EXPECT_NEAR(eta[2].item<double>(), published, 6e-4);
  }
}

TEST(HeightLevels, ThereAreExactlyAsManyHeightsAsLevels) {
  const at::Tensor heights = at::arange(-3000, 3000, at::kDouble) * 1e-3;
  const auto [values, inverse] = at::_unique(quantize_height(heights, 1.2, 5));
  ASSERT_EQ(values.numel(), 5);
  for (std::int64_t i = 0; i < 5; ++i) {
    EXPECT_DOUBLE_EQ(values[i].item<double>(), 0.24 * static_cast<double>(i));
  }
}

// The levels of a mask and those of the constraint are the same heights.
TEST(HeightLevels, AreThoseOfTheConstraintWithoutOffsets) {
  Levels::Params params;
  params.number = 5;
  params.step = Length::from_m(0.24e-6);
  const Levels constraint(params, BuildContext{});
  const Grid grid = Grid::centred(30, 40, 1e-6, 1e-6);
  const at::Tensor height = random_real({30, 40}, 1) * 1e-6;
  EXPECT_LE((quantize_height(height, 1.2e-6, 5) - constraint.quantize(height, grid))
                .abs()
                .max()
                .item<double>(),
            1e-20);
}

TEST(HeightLevels, WrapKeepsTheRemainderOfEitherSign) {
  const at::Tensor wrapped =
      wrap_height(at::tensor({-0.25, 0.0, 0.75, 1.0, 2.5}, at::kDouble), 1.0);
  const std::vector<double> expected{0.75, 0.0, 0.75, 0.0, 0.5};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_DOUBLE_EQ(wrapped[static_cast<std::int64_t>(i)].item<double>(), expected[i]);
  }
  EXPECT_TRUE(wrap_height(wrapped, 1.0).equal(wrapped));
  const at::Tensor levels = quantize_height(wrapped, 1.0, 4);
  EXPECT_TRUE(quantize_height(levels, 1.0, 4).equal(levels));
}

// A height of a whole wave differs from 0 at every other wavelength; rounding must not make one.
TEST(HeightLevels, WrapFoldsWholePeriodsToZeroDespiteRounding) {
  const double period = 1.1958838e-6;
  for (const double height : {-1e-30, -1e-19, 3.0 * period, 3.0 * period * (1.0 - 1e-15)}) {
    const double wrapped = wrap_height(at::tensor({height}, at::kDouble), period).item<double>();
    EXPECT_GE(wrapped, 0.0) << height;
    EXPECT_LE(wrapped, 1e-14 * period) << height;
  }
  EXPECT_TRUE(std::isnan(wrap_height(at::tensor({std::nan("")}, at::kDouble), 1.0).item<double>()));
}

TEST(HeightLevels, GradientsPassStraightThrough) {
  const at::Tensor heights = ramp().requires_grad_(true);
  const at::Tensor weights = (ramp() * 7.0).sin();
  (quantize_height(wrap_height(heights, 1.0), 1.0, 4) * weights).sum().backward();
  EXPECT_TRUE(heights.grad().equal(weights));
}

TEST(HeightLevels, PistonOfLowestCostIsFoundWithinOneLevel) {
  const Piston best = scan_piston([](double h) { return std::pow(h - 0.19, 2); }, 0.4, 8);
  EXPECT_DOUBLE_EQ(best.height, 0.2);
  EXPECT_NEAR(best.cost, 1e-4, 1e-12);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_DOUBLE_EQ(scan_piston([&](double h) { return h < 0.1 ? nan : h; }, 0.4, 8).height, 0.1);
  try {
    (void)scan_piston([&](double) { return nan; }, 0.4, 8);
    FAIL() << "no error";
  } catch (const NumericError& error) {
    EXPECT_STREQ(
        error.what(),
        "piston: the cost is not a number for any of 8 pistons; check the design before it "
        "is quantized");
  }
}

// A ramp that starts half a level off loses light when it is rounded; the scan finds the offset.
TEST(HeightLevels, PistonScanRecoversAShiftedRamp) {
  const auto stairs = (ramp() * 4.0).floor() / 4.0;
  const auto cost = [&](double piston) {
    const at::Tensor rounded = quantize_height(stairs + (0.125 + piston), 1.0, 2);
    return -efficiencies(rounded, 1.0)[2].item<double>();
  };
  EXPECT_LE(scan_piston(cost, 0.5, 8).cost, cost(0.0));
}

/// Heights between two levels, 0.05 steps off the middle at least.
at::Tensor off_the_risers() {
  const at::Tensor steps = ramp() * 4.0;
  return ramp().masked_select((steps - steps.floor() - 0.5).abs() > 0.05);
}

TEST(HeightLevels, SoftLevelsLieBetweenWrapAndQuantize) {
  const at::Tensor heights = off_the_risers();
  const at::Tensor wrapped = wrap_height(heights, 1.0);
  const auto soft = [&](double t) {
    return soften_height(wrapped, 1.0, 4, at::scalar_tensor(t, at::kDouble));
  };
  const at::Tensor hard = quantize_height(wrapped, 1.0, 4);
  EXPECT_LE((soft(1e-3) - hard).abs().max().item<double>(), 1e-12);
  // Beyond the last riser a wrapped height is one period above the level that it belongs to.
  const at::Tensor folded = at::where(wrapped * 4.0 > 3.5, wrapped - 1.0, wrapped);
  EXPECT_LE((soft(1e3) - folded).abs().max().item<double>(), 1e-6);
  const at::Tensor middle = soft(0.2);
  EXPECT_TRUE(((middle - hard).abs() <= (folded - hard).abs() + 1e-12).all().item<bool>());
}

TEST(HeightLevels, SoftLevelsHaveTheGradientOfTheirFormula) {
  at::Tensor heights = off_the_risers().slice(0, 3, 4000, 101).clone().requires_grad_(true);
  at::Tensor softness = at::scalar_tensor(0.15, at::kDouble).requires_grad_(true);
  const at::Tensor weights = (heights.detach() * 9.0).sin();
  const auto f = [&] { return (soften_height(heights, 1.0, 4, softness) * weights).sum(); };
  const auto report = test::check_gradient(f, {{"height", heights}, {"softness", softness}},
                                           {.step = 1e-4, .tolerance = 1e-6});
  EXPECT_TRUE(report.good()) << report.table();
}

TEST(HeightLevels, OneLevelIsAMistake) {
  EXPECT_THROW((void)quantize_height(ramp(), 1.0, 1), LogicError);
  EXPECT_THROW((void)wrap_height(ramp(), 0.0), LogicError);
}

}  // namespace
}  // namespace parfocal::optics
