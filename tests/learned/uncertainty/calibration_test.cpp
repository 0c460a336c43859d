// SPDX-License-Identifier: Apache-2.0
#include "learned/uncertainty/calibration.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/support/adjoint_gap.h"

namespace parfocal::test {
namespace {

using learned::Calibration;

TEST(Calibration, CountsTheIntervalsThatHoldTheObject) {
  Calibration found;
  const at::Tensor zero = at::zeros({1, 1, 1, 4}, at::kDouble);
  found.add(at::tensor({0.1, -0.2, 0.3, 0.0}, at::kDouble).reshape({1, 1, 1, 4}), zero, zero + 0.1);
  found.add(zero + 0.4, zero, zero + 0.2);
  EXPECT_EQ(found.images(), 2);
  // |z| = 1, 2, 3, 0 and four times 2; the limits are 0.674, 1.960 and 2.576.
  EXPECT_DOUBLE_EQ(found.coverage(0.5).observed, 0.125);
  EXPECT_DOUBLE_EQ(found.coverage(0.95).observed, 0.25);
  EXPECT_DOUBLE_EQ(found.coverage(0.99).observed, 0.875);
  EXPECT_NEAR(found.coverage(0.5).band, 3 * std::sqrt(0.125), 1e-15);
  EXPECT_FALSE(found.coverage(0.95).is_inside());
  EXPECT_NEAR(found.mean_deviation(), 0.15, 1e-15);
  EXPECT_NEAR(found.rmse(), std::sqrt((0.01 + 0.04 + 0.09 + 4 * 0.16) / 8), 1e-15);
  // z = 1, -2, 3, 0, 2, 2, 2, 2: mean 5/4, mean square 30/8
  EXPECT_NEAR(found.z_variance(), 30.0 / 8 - 25.0 / 16, 1e-6);
}

/// The limits of the normal law: 1 deviation holds 68.269 %, 1.959964 hold 95 %.
TEST(Calibration, LimitsAreThoseOfTheNormalLaw) {
  const auto covered = [](double p, double z) {
    Calibration found;
    const at::Tensor zero = at::zeros({1}, at::kDouble);
    found.add(zero + z, zero, zero + 1);
    return found.coverage(p).observed == 1.0;
  };
  EXPECT_TRUE(covered(0.6826895, 0.99999));
  EXPECT_FALSE(covered(0.6826895, 1.00001));
  EXPECT_TRUE(covered(0.95, 1.95996));
  EXPECT_FALSE(covered(0.95, 1.95997));
}

/// Of images of one pixel the scale is the ceil((n + 1) level)-th smallest score.
TEST(Calibration, TheConformalScaleIsTheQuantileOfTheFirstHalf) {
  const auto scale_at = [](double level) {
    Calibration found(level);
    const at::Tensor zero = at::zeros({1}, at::kDouble);
    for (const double z : {5.0, -1.0, 9.0, 3.0, -7.0, 2.0, 8.0, -4.0, 6.0}) {
      found.add(zero + z, zero, zero + 1);
    }
    for (int i = 0; i < 9; ++i) found.add(zero + 0.9 + i, zero, zero + 1);
    return std::pair(found.conformal_scale(), found.conformal_coverage());
  };
  EXPECT_EQ(scale_at(0.9), std::pair(9.0, 1.0));
  EXPECT_EQ(scale_at(0.8).first, 8.0);
  EXPECT_NEAR(scale_at(0.8).second, 8.0 / 9, 1e-15);
  EXPECT_EQ(scale_at(0.5).first, 5.0);
  EXPECT_EQ(Calibration::least_images(0.9), 18);
  EXPECT_THROW(static_cast<void>(scale_at(0.95)), UsageError);
}

/// Errors of a heavy tail, with deviations that are three times too small: the scaled intervals hold
/// what they say all the same.
TEST(Calibration, ConformalIntervalsHoldWhateverTheLaw) {
  Calibration found(0.9);
  for (int i = 0; i < 200; ++i) {
    const at::Tensor draw = random_normal({1, 1, 8, 8}, at::kDouble, 10 + i);
    const at::Tensor zero = at::zeros_like(draw);
    found.add(draw * draw.abs(), zero, zero + 1.0 / 3);
  }
  EXPECT_FALSE(found.coverage(0.68).is_inside());
  EXPECT_NEAR(found.conformal_coverage(), 0.9, 0.02);
}

TEST(Calibration, ADeviationOfZeroIsAnError) {
  Calibration found;
  const at::Tensor zero = at::zeros({1, 1, 2, 2}, at::kDouble);
  EXPECT_THROW(found.add(zero, zero, zero), NumericError);
}

}  // namespace
}  // namespace parfocal::test
