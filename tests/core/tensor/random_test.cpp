// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/random.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/special_gammainc.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/check.h"
#include "core/error.h"
#include "core/tensor/random_kernel.h"
#include "tests/support/matchers.h"

namespace parfocal {
namespace {

using Counter = std::array<std::uint32_t, 4>;

/// Upper 0.001 point of chi-squared, Wilson and Hilferty's cube; better than 0.5 % from 5 on.
double chi_squared_limit(int degrees_of_freedom) {
  const double d = degrees_of_freedom, z = 3.0902;
  return d * std::pow(1.0 - 2.0 / (9.0 * d) + z * std::sqrt(2.0 / (9.0 * d)), 3.0);
}

TEST(Philox, MatchesTheVectorsOfRandom123) {
  EXPECT_EQ(RandomStream::philox({0, 0, 0, 0}, {0, 0}),
            (Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t kAll = 0xffffffff;
  EXPECT_EQ(RandomStream::philox({kAll, kAll, kAll, kAll}, {kAll, kAll}),
            (Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(RandomStream::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                                 {0xa4093822, 0x299f31d0}),
            (Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, FirstUniformComesFromTheDocumentedCounter) {
  // FNV-1a of the empty purpose is its offset basis.
  const Counter words = RandomStream::philox({0, 9, 4, 2166136261u}, {7, 1});
  RandomStream random((std::uint64_t{1} << 32) | 7, "", 4, 9);
  EXPECT_EQ(random.uniform({1}).item<double>(), (words[0] + 0.5) * std::ldexp(1.0, -32));
}

TEST(RandomStream, UniformIsEvenOverItsRange) {
  RandomStream random(11, "uniform");
  const std::int64_t n = 200000;
  const at::Tensor values = random.uniform({n});
  EXPECT_GT(values.min().item<double>(), 0.0);
  EXPECT_LT(values.max().item<double>(), 1.0);
  std::vector<double> bins(64, 0.0);
  const double* u = values.const_data_ptr<double>();
  for (std::int64_t i = 0; i < n; ++i) bins[static_cast<std::size_t>(u[i] * 64.0)] += 1.0;
  double chi_squared = 0.0;
  for (const double count : bins) chi_squared += std::pow(count - n / 64.0, 2) / (n / 64.0);
  EXPECT_LE(chi_squared, chi_squared_limit(63));
}

TEST(RandomStream, NormalHasTheMomentsOfTheNormalDistribution) {
  RandomStream random(12, "normal");
  const std::int64_t n = 400000;
  const at::Tensor x = random.normal({n});
  const double root = std::sqrt(static_cast<double>(n));
  // Four standard errors: of the mean 1, of x^2 sqrt(2), of x^3 sqrt(15), of x^4 sqrt(96).
  EXPECT_TRUE(test::close(x.mean().item<double>(), 0.0, 4.0 / root));
  EXPECT_TRUE(test::close((x * x).mean().item<double>(), 1.0, 4.0 * std::sqrt(2.0) / root));
  EXPECT_TRUE(test::close((x * x * x).mean().item<double>(), 0.0, 4.0 * std::sqrt(15.0) / root));
  EXPECT_TRUE(
      test::close((x * x * x * x).mean().item<double>(), 3.0, 4.0 * std::sqrt(96.0) / root));
}

TEST(RandomStream, NeighbouringNormalsAreUncorrelated) {
  RandomStream random(13, "normal");
  const std::int64_t n = 200000;
  const at::Tensor x = random.normal({n});
  const double covariance = (x.narrow(0, 0, n - 1) * x.narrow(0, 1, n - 1)).mean().item<double>();
  EXPECT_TRUE(test::close(covariance, 0.0, 4.0 / std::sqrt(static_cast<double>(n))));
}

/// Chi-squared of `n` Poisson draws against the mass function, cells merged to an expectation >= 8.
void expect_poisson(double mean, std::int64_t n, std::uint64_t seed) {
  RandomStream random(seed, "poisson");
  const at::Tensor draws = random.poisson(at::full({n}, mean, at::kDouble));
  const double spread = std::sqrt(mean);
  const auto low = static_cast<std::int64_t>(std::max(0.0, std::floor(mean - 8 * spread - 8)));
  const auto high = static_cast<std::int64_t>(std::ceil(mean + 8 * spread + 20));
  std::vector<double> observed(static_cast<std::size_t>(high - low + 1), 0.0);
  const double* k = draws.const_data_ptr<double>();
  for (std::int64_t i = 0; i < n; ++i) {
    ASSERT_EQ(k[i], std::floor(k[i]));
    ASSERT_GE(k[i], static_cast<double>(low));
    ASSERT_LE(k[i], static_cast<double>(high));
    observed[static_cast<std::size_t>(static_cast<std::int64_t>(k[i]) - low)] += 1.0;
  }
  const double least = std::max(8.0, static_cast<double>(n) / 400.0);
  double chi_squared = 0.0, cell_expected = 0.0, cell_observed = 0.0, left_over = 1.0;
  int cells = 0;
  for (std::int64_t value = low; value <= high; ++value) {
    const double x = static_cast<double>(value);
    const double p = std::exp(x * std::log(mean) - mean - std::lgamma(x + 1.0));
    cell_expected += static_cast<double>(n) * p;
    left_over -= p;
    cell_observed += observed[static_cast<std::size_t>(value - low)];
    const bool last = static_cast<double>(n) * left_over < least;
    if ((cell_expected >= least && !last) || value == high) {
      chi_squared += std::pow(cell_observed - cell_expected, 2) / cell_expected;
      ++cells;
      cell_expected = cell_observed = 0.0;
    }
  }
  EXPECT_LE(chi_squared, chi_squared_limit(cells - 1)) << "mean " << mean << ", cells " << cells;
}

TEST(Poisson, FollowsTheMassFunctionByInversion) {
  expect_poisson(0.3, 200000, 21);
  expect_poisson(1.0, 100000, 22);
  expect_poisson(5.0, 100000, 23);
  expect_poisson(9.99, 100000, 24);
}

TEST(Poisson, FollowsTheMassFunctionByRejection) {
  expect_poisson(10.0, 200000, 25);
  expect_poisson(30.0, 200000, 26);
  expect_poisson(700.0, 200000, 27);
  expect_poisson(1e6, 200000, 28);
}

TEST(Poisson, LogOfTheMassFunctionIsExactOnBothSidesOfItsBranch) {
  for (const double mean : {0.3, 10.0, 37.5, 2000.0}) {
    for (const double k : {0.0, 1.0, 9.0, 10.0, 11.0, 40.0, 1900.0}) {
      const double expected = k * std::log(mean) - mean - std::lgamma(k + 1.0);
      EXPECT_TRUE(test::close(random_kernel::log_poisson(k, mean), expected,
                              1e-10 + 1e-13 * std::abs(expected) + 1e-12 * k));
    }
  }
}

TEST(Poisson, MeanAndVarianceAreTheMeanFarBeyondTheMassFunction) {
  const std::int64_t n = 200000;
  for (const double mean : {1e4, 1e8, 1e12}) {
    RandomStream random(31, "poisson");
    const at::Tensor scaled =
        (random.poisson(at::full({n}, mean, at::kDouble)) - mean) / std::sqrt(mean);
    const double root = std::sqrt(static_cast<double>(n));
    EXPECT_TRUE(test::close(scaled.mean().item<double>(), 0.0, 4.0 / root)) << mean;
    EXPECT_TRUE(test::close((scaled * scaled).mean().item<double>(), 1.0, 6.0 / root)) << mean;
  }
}

TEST(Poisson, OfMeanZeroIsZero) {
  RandomStream random(32, "poisson");
  EXPECT_TRUE(test::identical(random.poisson(at::zeros({3, 50}, at::kDouble)),
                              at::zeros({3, 50}, at::kDouble)));
}

TEST(Poisson, RefusesAMeanThatIsNone) {
  RandomStream random(33);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(static_cast<void>(random.poisson(at::full({2}, -1.0))), NumericError);
  EXPECT_THROW(static_cast<void>(random.poisson(at::full({2}, nan))), NumericError);
  EXPECT_THROW(static_cast<void>(random.poisson(at::full({2}, 3, at::kLong))), LogicError);
}

/// Largest distance between the empirical and the true distribution function, times sqrt(n).
double kolmogorov_smirnov(double shape, std::int64_t n, std::uint64_t seed) {
  RandomStream random(seed, "gamma");
  const at::Tensor draws = std::get<0>(random.gamma(at::full({n}, shape, at::kDouble)).sort());
  const at::Tensor expected = at::special_gammainc(at::full({n}, shape, at::kDouble), draws);
  const at::Tensor rank = (at::arange(n, at::kDouble) + 0.5) / static_cast<double>(n);
  return (expected - rank).abs().max().item<double>() * std::sqrt(static_cast<double>(n));
}

TEST(Gamma, FollowsTheDistributionFunction) {
  std::uint64_t seed = 41;
  for (const double shape : {0.2, 0.7, 1.0, 1.5, 2.0, 7.0, 60.0, 1e4}) {
    EXPECT_LE(kolmogorov_smirnov(shape, 200000, seed++), 1.95) << shape;  // 0.1 %
  }
}

TEST(Gamma, OfShapeZeroIsZero) {
  RandomStream random(1, "gamma");
  EXPECT_EQ(random.gamma(at::full({100}, 0.0, at::kDouble)).abs().max().item<double>(), 0.0);
}

TEST(Gamma, RefusesAShapeThatIsNone) {
  RandomStream random(1, "gamma");
  EXPECT_THROW((void)random.gamma(at::full({3}, -0.5, at::kDouble)), NumericError);
  EXPECT_THROW((void)random.gamma(at::full({3}, std::nan(""), at::kDouble)), NumericError);
}

TEST(RandomStream, DoesNotDependOnTheNumberOfThreads) {
  const auto draw = [] {
    RandomStream random(41, "threads", 2, 3);
    const at::Tensor mean = random.uniform({40000}) * 40.0;
    return std::vector<at::Tensor>{mean, random.normal({50001}), random.poisson(mean)};
  };
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const auto one = draw();
  at::set_num_threads(4);
  const auto four = draw();
  at::set_num_threads(before);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(test::identical(four[i], one[i])) << i;
}

TEST(RandomStream, ContinuesWhereItStopped) {
  RandomStream whole(42), parts(42);
  const at::Tensor expected = whole.uniform({10});
  const at::Tensor first = parts.uniform({3}), rest = parts.uniform({7});
  EXPECT_TRUE(test::identical(first, expected.narrow(0, 0, 3)));
  EXPECT_TRUE(test::identical(rest, expected.narrow(0, 3, 7)));
}

TEST(RandomStream, PoissonOfAnElementDoesNotDependOnItsNeighbours) {
  RandomStream a(43), b(43);
  at::Tensor mean = at::full({6}, 25.0, at::kDouble);
  const at::Tensor expected = a.poisson(mean);
  mean[0] = 3.0;
  mean[4] = 1e5;
  const at::Tensor got = b.poisson(mean);
  for (const int i : {1, 2, 3, 5}) EXPECT_EQ(got[i].item<double>(), expected[i].item<double>());
}

TEST(RandomStream, SeedPurposeEpochAndSampleEachGiveAnotherStream) {
  const auto first = [](RandomStream random) { return random.uniform({4}); };
  const at::Tensor base = first(RandomStream(1, "noise", 0, 0));
  EXPECT_TRUE(test::identical(first(RandomStream(1, "noise", 0, 0)), base));
  EXPECT_FALSE(test::identical(first(RandomStream(2, "noise", 0, 0)), base));
  EXPECT_FALSE(test::identical(first(RandomStream(std::uint64_t{1} << 32 | 1, "noise")), base));
  EXPECT_FALSE(test::identical(first(RandomStream(1, "mask", 0, 0)), base));
  EXPECT_FALSE(test::identical(first(RandomStream(1, "noise", 1, 0)), base));
  EXPECT_FALSE(test::identical(first(RandomStream(1, "noise", 0, 1)), base));
}

TEST(RandomStream, ForSampleIsTheStreamOfThatSampleFromItsStart) {
  RandomStream used(1, "noise", 5, 0);
  static_cast<void>(used.uniform({17}));
  RandomStream direct(1, "noise", 5, 8), derived = used.for_sample(8);
  EXPECT_TRUE(test::identical(derived.uniform({5}), direct.uniform({5})));
}

TEST(RandomStream, SinglePrecisionIsTheRoundedDouble) {
  RandomStream single(44), twice(44);
  const at::Tensor narrow = single.uniform({1000}, at::kFloat);
  EXPECT_TRUE(test::identical(narrow, twice.uniform({1000}).to(at::kFloat)));
  EXPECT_LT(narrow.max().item<float>(), 1.0f);
}

}  // namespace
}  // namespace parfocal
