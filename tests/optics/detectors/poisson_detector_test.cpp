// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/poisson_detector.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

TEST(PoissonDetector, NllIsThePoissonProbability) {
  const PoissonDetector detector({0.8, Electrons::from_si(0.5)}, {});
  const at::Tensor mean = at::full({1, 1}, 4.0, at::kDouble);
  double total = 0.0;
  for (int y = 0; y < 60; ++y) {
    const double nll =
        detector.negative_log_likelihood(mean, at::full({1, 1}, y, at::kDouble)).item<double>();
    const double lam = 0.8 * 4 + 0.5;
    EXPECT_NEAR(nll, lam - y * std::log(lam) + std::lgamma(y + 1.0), 1e-12);
    total += std::exp(-nll);
  }
  EXPECT_NEAR(total, 1.0, 1e-12);
}

TEST(PoissonDetector, ScoreHasMeanZeroAndTheFisherWeightAsVariance) {
  const PoissonDetector detector({0.7, Electrons::from_si(0.2)}, {});
  for (const double m : {0.5, 3.0, 200.0}) {
    RandomStream random(1, "detector");
    const at::Tensor mean = at::full({1, 1, 400, 1000}, m, at::kDouble);
    const at::Tensor score = detector.gradient(mean, detector.sample(mean, random));
    const double fisher = detector.fisher_weight(mean)[0][0][0][0].item<double>();
    EXPECT_NEAR(fisher, 0.49 / (0.7 * m + 0.2), 1e-12);
    EXPECT_NEAR(score.mean().item<double>(), 0.0, 4 * std::sqrt(fisher / 4e5));
    EXPECT_NEAR(score.var().item<double>() / fisher, 1.0, 0.015);
  }
}

TEST(PoissonDetector, GradientIsTheDerivativeAlsoBelowZero) {
  const PoissonDetector detector({}, {});
  at::Tensor mean = (random_real({2, 1, 5, 7}, 2) * 3.0 + 2.0).set_requires_grad(true);
  const at::Tensor counts = random_real({2, 1, 5, 7}, 3).abs().mul(3.0).round();
  detector.negative_log_likelihood(mean, counts).sum().backward();
  EXPECT_LE(relative_error(detector.gradient(mean.detach(), counts), mean.grad()), 1e-12);
  EXPECT_LT(mean.detach().min().item<double>(), 0.0);
}

TEST(PoissonDetector, QuadraticHasTheCountsAsVarianceAndLeavesDeadPixelsOut) {
  const PoissonDetector detector({0.5, Electrons::from_si(2.0)}, {});
  at::Tensor counts = at::full({1, 1, 1, 3}, 12.0, at::kDouble);
  counts[0][0][0][1] = std::numeric_limits<double>::quiet_NaN();
  counts[0][0][0][2] = 0.0;
  const auto quadratic = detector.quadratic(counts);
  EXPECT_NEAR(quadratic.target[0][0][0][0].item<double>(), 20.0, 1e-12);
  EXPECT_NEAR(quadratic.weight[0][0][0][0].item<double>(), 0.25 / 12, 1e-12);
  EXPECT_EQ(quadratic.weight[0][0][0][1].item<double>(), 0.0);
  EXPECT_NEAR(quadratic.weight[0][0][0][2].item<double>(), 0.25, 1e-12);
}

}  // namespace
}  // namespace parfocal::optics
