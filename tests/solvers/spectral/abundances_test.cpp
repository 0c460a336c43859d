// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/abundances.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/tensor/random.h"
#include "solvers/data_term.h"
#include "solvers/spectral/active_set.h"
#include "tests/solvers/spectral/mixture.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using namespace parfocal::solvers;
using ::testing::DoubleNear;
using ::testing::Pointwise;
using Values = std::vector<double>;

constexpr std::int64_t kN = Mixture::kChannels, kK = Mixture::kSpecies;

Values random_values(std::size_t n, const char* purpose, std::uint64_t seed) {
  return to_vector(RandomStream(seed, purpose).normal({static_cast<std::int64_t>(n)}, at::kDouble));
}

void expect_optimal(const Values& c, const Values& gradient, double multiplier, double scale) {
  for (std::size_t k = 0; k < c.size(); ++k) {
    EXPECT_GE(c[k], 0);
    const double g = gradient[k] + multiplier;
    if (c[k] > 0) {
      EXPECT_NEAR(g, 0, 1e-8 * scale) << k;
    } else {
      EXPECT_GE(g, -1e-8 * scale) << k;
    }
  }
}

TEST(Abundances, OfThePublishedSmallCases) {
  const Values s{1, 0, 1, 1, 0, 1}, y{1, 0, -1}, w(3, 1.0);
  const AbundanceSolver solver(s, 2);
  EXPECT_THAT(solver.solve(Unmixing::kNonNegative, y, w).values,
              Pointwise(DoubleNear(1e-14), {0.5, 0.0}));
  EXPECT_THAT(solver.solve(Unmixing::kSumToOne, y, w).values,
              Pointwise(DoubleNear(1e-14), {1.0, 0.0}));
  EXPECT_THAT(solver.solve(Unmixing::kLeastSquares, y, w).values,
              Pointwise(DoubleNear(1e-14), {1.0, -1.0}));
}

TEST(Abundances, OfPhotonsAreTheMostLikelyOnes) {
  const Values s{2, 1, 3, 3, 1, 2}, one(3, 1.0), none(3, 0.0);
  const AbundanceSolver solver(s, 2);
  EXPECT_THAT(solver.solve_poisson(Values{7, 12, 5}, none, one).values,
              Pointwise(DoubleNear(1e-9), {3.0, 1.0}));
  const Values c = solver.solve_poisson(Values{9, 12, 3}, none, one).values;
  EXPECT_THAT(c, Pointwise(DoubleNear(1e-9), {4.0, 0.0}));
  // d nll / d c_2 = sum S_j2 (1 - u_j / m_j)
  EXPECT_NEAR(1 * (1 - 9 / 8.0) + 3 * (1 - 12 / 12.0) + 2 * (1 - 3 / 4.0), 0.375, 1e-15);
}

TEST(Abundances, SatisfyTheOptimalityConditions) {
  const Mixture mixture;
  const AbundanceSolver solver(mixture.spectra, kK);
  std::size_t zeros = 0;
  for (std::uint64_t trial = 0; trial < 300; ++trial) {
    Values y = random_values(kN, "y", trial), w = random_values(kN, "w", trial);
    for (double& value : w) value = std::exp(value);
    const Abundances nnls = solver.solve(Unmixing::kNonNegative, y, w);
    expect_optimal(nnls.values, mixture.gradient(nnls.values, y, w), 0, 10);
    const Abundances fcls = solver.solve(Unmixing::kSumToOne, y, w);
    double sum = 0, multiplier = 0, largest = 0;
    const Values g = mixture.gradient(fcls.values, y, w);
    for (std::size_t k = 0; k < kK; ++k) {
      sum += fcls.values[k];
      if (fcls.values[k] > largest) multiplier = -g[k];
      largest = std::max(largest, fcls.values[k]);
      zeros += fcls.values[k] == 0;
    }
    EXPECT_NEAR(sum, 1, 1e-12);
    expect_optimal(fcls.values, g, multiplier, 10);
  }
  EXPECT_GT(zeros, 200U);
}

TEST(Abundances, OfPhotonsOverABackgroundSatisfyTheOptimalityConditions) {
  const Mixture mixture;
  const AbundanceSolver solver(mixture.spectra, kK);
  const Values background(kN, 2.0), one(kN, 1.0);
  for (std::uint64_t trial = 0; trial < 50; ++trial) {
    Values counts = random_values(kN, "u", trial);
    for (double& u : counts) u = std::max(0.0, std::round(6 + 4 * u));
    const Values c = solver.solve_poisson(counts, background, one).values;
    Values w(kN), m = mixture.mean(c), shifted(kN);
    for (std::size_t j = 0; j < kN; ++j) {
      w[j] = 1 / (m[j] + 2);
      shifted[j] = counts[j] - 2;
    }
    expect_optimal(c, mixture.gradient(c, shifted, w), 0, 10);
  }
}

TEST(Abundances, AreFoundWithoutTheSamplesThatDoNotCount) {
  const Mixture mixture;
  const AbundanceSolver solver(mixture.spectra, kK);
  const Values c{3, 0, 1, 0.5, 2};
  Values y = mixture.mean(c), w(kN, 1.0);
  y[20] = std::nan("");
  w[20] = 0;
  EXPECT_THAT(solver.solve(Unmixing::kNonNegative, y, w).values, Pointwise(DoubleNear(1e-10), c));
}

TEST(Abundances, DependentSpectraAreRefused) {
  const Values s{1, 1, 2, 2, 3, 3};
  EXPECT_THROW(AbundanceSolver(s, 2), NumericError);
}

}  // namespace
}  // namespace parfocal::test
