// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/gaussian_detector.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

TEST(GaussianDetector, NllIsHalfTheSquaredResidualOverTheVariancePerItem) {
  const GaussianDetector detector({2.0}, {});
  const at::Tensor mean = random_real({3, 1, 4, 5}, 1), counts = random_real({3, 1, 4, 5}, 2);
  const at::Tensor nll = detector.negative_log_likelihood(mean, counts);
  ASSERT_EQ(nll.sizes(), at::IntArrayRef({3}));
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(nll[i].item<double>(), power(mean[i] - counts[i]) / 8, 1e-12);
  }
}

TEST(GaussianDetector, GradientIsTheDerivative) {
  const GaussianDetector detector({0.5}, {});
  at::Tensor mean = random_real({2, 1, 4, 5}, 3).set_requires_grad(true);
  const at::Tensor counts = random_real({2, 1, 4, 5}, 4);
  detector.negative_log_likelihood(mean, counts).sum().backward();
  EXPECT_LE(relative_error(detector.gradient(mean.detach(), counts), mean.grad()), 1e-14);
}

TEST(GaussianDetector, SamplesHaveTheMeanAndVarianceAndPassTheGradient) {
  const GaussianDetector detector({3.0}, {});
  at::Tensor mean = at::full({1, 1, 400, 500}, 7.0, at::kDouble).set_requires_grad(true);
  RandomStream random(5, "detector");
  const at::Tensor counts = detector.sample(mean, random);
  EXPECT_NEAR(counts.mean().item<double>(), 7.0, 4 * 3.0 / std::sqrt(2e5));
  EXPECT_NEAR(counts.var().item<double>(), 9.0, 4 * 9.0 * std::sqrt(2 / 2e5));
  counts.sum().backward();
  EXPECT_EQ((mean.grad() - 1.0).abs().max().item<double>(), 0.0);
}

TEST(GaussianDetector, DeadPixelsAddNothing) {
  const GaussianDetector detector({1.0}, {});
  const at::Tensor mean = random_real({1, 1, 4, 5}, 6);
  at::Tensor counts = random_real({1, 1, 4, 5}, 7);
  counts[0][0][1][2] = std::numeric_limits<double>::quiet_NaN();
  const double missing = (mean - counts).nan_to_num(0.0).square().sum().item<double>() / 2;
  EXPECT_NEAR(detector.negative_log_likelihood(mean, counts).item<double>(), missing, 1e-12);
  EXPECT_EQ(detector.gradient(mean, counts)[0][0][1][2].item<double>(), 0.0);
  const auto quadratic = detector.quadratic(counts);
  EXPECT_EQ(quadratic.weight[0][0][1][2].item<double>(), 0.0);
  EXPECT_EQ(quadratic.weight.sum().item<double>(), 19.0);
  EXPECT_EQ(quadratic.target[0][0][1][2].item<double>(), 0.0);
}

}  // namespace
}  // namespace parfocal::optics
