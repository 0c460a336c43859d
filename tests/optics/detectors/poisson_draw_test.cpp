// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/poisson_draw.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

namespace parfocal::optics {
namespace {

TEST(PoissonDraw, ValuesAreCountsWithPoissonMoments) {
  for (const double m : {0.5, 5.0, 80.0}) {
    RandomStream random(1, "draw");
    const at::Tensor n = poisson_draw(at::full({200000}, m, at::kDouble), random);
    EXPECT_EQ((n - n.round()).abs().max().item<double>(), 0.0);
    EXPECT_NEAR(n.mean().item<double>(), m, 4 * std::sqrt(m / 2e5));
    EXPECT_NEAR(n.var().item<double>(), m, 4 * std::sqrt((m + 2 * m * m) / 2e5));
  }
}

TEST(PoissonDraw, DerivativeOfTheMeanSquareIsUnbiased) {
  for (const double m : {0.5, 5.0, 50.0}) {
    RandomStream random(2, "draw");
    at::Tensor mean = at::full({400000}, m, at::kDouble).set_requires_grad(true);
    poisson_draw(mean, random).square().sum().backward();
    const at::Tensor slopes = mean.grad();
    const double error = slopes.std().item<double>() / std::sqrt(4e5);
    // d E n^2 / d m = 2 m + 1; straight-through would give 2 m.
    EXPECT_NEAR(slopes.mean().item<double>(), 2 * m + 1, 4 * error);
  }
}

TEST(PoissonDraw, DarkPixelsHaveDerivativeOne) {
  RandomStream random(3, "draw");
  at::Tensor mean = at::zeros({50}, at::kDouble).set_requires_grad(true);
  poisson_draw(mean, random).sum().backward();
  EXPECT_EQ((mean.grad() - 1.0).abs().max().item<double>(), 0.0);
}

}  // namespace
}  // namespace parfocal::optics
