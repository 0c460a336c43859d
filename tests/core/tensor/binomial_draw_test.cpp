// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/binomial_draw.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace parfocal::test {
namespace {

constexpr std::int64_t kDraws = 200000;

double probability(int n, int k, double p) {
  return std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) +
                  k * std::log(p) + (n - k) * std::log1p(-p));
}

/// Chi-squared over the values that are expected more than 20 times, per degree of freedom.
double chi_squared(int n, double p) {
  RandomStream random(3, "binomial", 0, static_cast<std::uint32_t>(n));
  const at::Tensor draws =
      binomial_draw(at::full({kDraws}, static_cast<double>(n), at::kDouble), p, random);
  double sum = 0.0;
  int cells = 0;
  for (int k = 0; k <= n; ++k) {
    const double expected = static_cast<double>(kDraws) * probability(n, k, p);
    if (expected < 20.0) continue;
    const double seen = draws.eq(static_cast<double>(k)).sum().item<double>();
    sum += (seen - expected) * (seen - expected) / expected;
    ++cells;
  }
  return sum / (cells - 1);
}

TEST(BinomialDraw, FollowsTheProbabilitiesBelowAndAboveTheSplit) {
  for (const int n : {3, 16, 17, 40, 200}) {
    for (const double p : {0.15, 0.5, 0.9})
      EXPECT_NEAR(chi_squared(n, p), 1.0, 1.2) << n << " " << p;
  }
}

TEST(BinomialDraw, LargeCountsHaveMeanAndVariance) {
  RandomStream random(4, "binomial");
  const double n = 1e6, p = 0.15;
  const at::Tensor draws = binomial_draw(at::full({kDraws}, n, at::kDouble), p, random);
  const double deviation = std::sqrt(n * p * (1.0 - p));
  EXPECT_NEAR(draws.mean().item<double>(), n * p, 4.0 * deviation / std::sqrt(1.0 * kDraws));
  EXPECT_NEAR(draws.var().item<double>() / (n * p * (1.0 - p)), 1.0, 4.0 * std::sqrt(2.0 / kDraws));
}

TEST(BinomialDraw, LimitsAreExactAndTheDtypeStays) {
  RandomStream random(5, "binomial");
  const at::Tensor counts = at::tensor({0.0F, 1.0F, 15.0F, 16.0F, 17.0F, 1000.0F});
  EXPECT_TRUE(at::equal(binomial_draw(counts, 1.0, random), counts));
  EXPECT_EQ(binomial_draw(counts, 0.0, random).abs().max().item<float>(), 0.0F);
  const at::Tensor some = binomial_draw(counts, 0.3, random);
  EXPECT_EQ(some.scalar_type(), at::kFloat);
  EXPECT_TRUE((some <= counts).all().item<bool>());
}

TEST(BinomialDraw, RefusesWhatIsNoCount) {
  RandomStream random(6, "binomial");
  for (const double bad : {-1.0, 2.5, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(static_cast<void>(binomial_draw(at::full({2}, bad, at::kDouble), 0.5, random)),
                 NumericError);
  }
}

}  // namespace
}  // namespace parfocal::test
