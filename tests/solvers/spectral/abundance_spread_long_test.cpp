// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/solvers/spectral/abundance_spread.h"

namespace parfocal::test {
namespace {

using solvers::Unmixing;

constexpr std::int64_t kDraws = 60000;
const std::vector<double> kShares{0.26, 0.18, 0.22, 0.14, 0.20};

/// Photons of one spectrum are about 25 times the light.
AbundanceSpread spread_at(Unmixing method, double light) {
  const AbundanceSpread spread = abundance_spread(method, light, kShares, 2, kDraws);
  fmt::print("light {:7}, method {}: {:.3f} to {:.3f} of the bound, at the border {:.4f}\n", light,
             static_cast<int>(method), spread.least(), spread.largest(), spread.at_border);
  return spread;
}

/// With the weights of the true mean a linear estimate has the variance of the bound at any light.
TEST(AbundanceStatistics, LeastSquaresMeetTheBoundAtEveryLight) {
  for (const double light : {3, 10, 30, 100, 300, 1000, 10000, 100000}) {
    const AbundanceSpread spread = spread_at(Unmixing::kLeastSquares, light);
    EXPECT_GE(spread.least(), 0.95) << light;
    EXPECT_LE(spread.largest(), 1.05) << light;
  }
}

/// c >= 0 cuts off part of the spread where c is within a few deviations of 0: less than the bound.
/// Where less than a hundredth is cut, the bound is met.
TEST(AbundanceStatistics, NonNegativeOnesMeetTheBoundAwayFromTheBorder) {
  for (const Unmixing method : {Unmixing::kNonNegative, Unmixing::kPoisson}) {
    for (const double light : {3, 10, 30, 100, 300, 1000, 10000, 100000}) {
      const AbundanceSpread spread = spread_at(method, light);
      EXPECT_LE(spread.largest(), 1.05) << light;
      if (spread.at_border < 0.01) {
        EXPECT_GE(spread.least(), 0.95) << light;
      } else {
        EXPECT_LE(spread.least(), 0.95) << light;
      }
      EXPECT_EQ(spread.at_border == 0, light >= 300) << light;
    }
  }
}

}  // namespace
}  // namespace parfocal::test
