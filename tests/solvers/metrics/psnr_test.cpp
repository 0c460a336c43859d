// SPDX-License-Identifier: Apache-2.0
#include "solvers/metrics/psnr.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/test_grid.h"

namespace parfocal::solvers {
namespace {

double psnr(const at::Tensor& e, const at::Tensor& x, ScaleMatch scale) {
  Psnr::Params params;
  params.scale = scale;
  return Psnr(params).evaluate(e, x).item<double>();
}

at::Tensor image(std::uint64_t seed) {
  return test::random_normal({1, 2, test::kNy, test::kNx}, at::kDouble, seed).abs();
}

TEST(Psnr, ConstantErrorOfATenthIsTwentyDecibels) {
  const at::Tensor x = at::full({1, 1, 4, 5}, 3.0, at::kDouble);
  EXPECT_NEAR(psnr(x + 0.3, x, ScaleMatch::kNone), 20.0, 1e-12);
}

TEST(Psnr, ItemsAreScoredOnTheirOwn) {
  const at::Tensor x = at::full({2, 1, 4, 5}, 2.0, at::kDouble);
  at::Tensor e = x + 0.2;
  e[1] += 1.8;
  const at::Tensor both = Psnr(Psnr::Params{}).evaluate(e, x);
  EXPECT_NEAR(both[0].item<double>(), 20.0, 1e-12);
  EXPECT_NEAR(both[1].item<double>(), 0.0, 1e-12);
}

TEST(Psnr, GainIsTheScaleOfTheLargestRatio) {
  const at::Tensor x = image(1), e = 0.3 * x + 0.1 * image(2);
  const double best = psnr(e, x, ScaleMatch::kGain);
  const double gain = (e * x).sum().item<double>() / (e * e).sum().item<double>();
  for (const double factor : {0.5, 0.99, 1.01, 2.0}) {
    EXPECT_LT(psnr(factor * gain * e, x, ScaleMatch::kNone), best);
  }
  EXPECT_NEAR(psnr(gain * e, x, ScaleMatch::kNone), best, 1e-10);
}

TEST(Psnr, MaximumMakesTheLargestValuesEqual) {
  const at::Tensor x = image(3), e = image(4);
  const at::Tensor scaled = e * (x.max() / e.max());
  EXPECT_NEAR(psnr(e, x, ScaleMatch::kMaximum), psnr(scaled, x, ScaleMatch::kNone), 1e-10);
}

TEST(Psnr, CommonFactorChangesNothing) {
  const at::Tensor x = image(5), e = image(6);
  for (const ScaleMatch scale : {ScaleMatch::kNone, ScaleMatch::kMaximum, ScaleMatch::kGain}) {
    EXPECT_NEAR(psnr(7.0 * e, 7.0 * x, scale), psnr(e, x, scale), 1e-10);
  }
}

TEST(Psnr, RangeOfEightBitImagesIsClippedAndHasPeakOne) {
  const at::Tensor x = at::full({1, 1, 4, 5}, 0.5, at::kDouble);
  at::Tensor e = x.clone();
  e[0][0][1][2] = 3.0;
  Psnr::Params params;
  params.clip = {0.0, 1.0};
  params.peak = 1.0;
  EXPECT_NEAR(Psnr(params).evaluate(e, x).item<double>(), -10.0 * std::log10(0.25 / 20.0), 1e-12);
}

TEST(Psnr, WindowLeavesTheRestOutOfErrorAndScale) {
  at::Tensor x = image(8), e = image(9);
  Psnr::Params params;
  params.scale = ScaleMatch::kGain;
  params.window = {1, 5, 2, 9};
  const double inside = Psnr(params).evaluate(e, x).item<double>();
  e.narrow(2, 5, 3).fill_(1e6);
  x.narrow(3, 9, 2).fill_(1e6);
  EXPECT_EQ(Psnr(params).evaluate(e, x).item<double>(), inside);
  params.window = {0, test::kNy + 1, 0, 5};
  EXPECT_THROW(static_cast<void>(Psnr(params).evaluate(e, x)), UsageError);
}

TEST(Psnr, InfiniteAndUndefinedRatiosAreRefused) {
  const at::Tensor x = image(7);
  EXPECT_THROW(psnr(x, x, ScaleMatch::kNone), NumericError);
  EXPECT_THROW(psnr(x, -x, ScaleMatch::kNone), NumericError);
  EXPECT_THROW(psnr(x * std::nan(""), x, ScaleMatch::kNone), NumericError);
}

}  // namespace
}  // namespace parfocal::solvers
