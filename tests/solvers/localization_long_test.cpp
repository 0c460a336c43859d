// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "tests/solvers/fit_case.h"

namespace parfocal::solvers {
namespace {

/// 10,000 fits per point, 500 to 30,000 photons on a background of 10; per axis.
TEST(LocalizationStatistics, FitsLieAtTheCramerRaoBound) {
  std::uint64_t seed = 0;
  for (const bool free_width : {false, true}) {
    for (const double read_variance : {0.0, 2.0}) {
      for (const double photons : {500.0, 1000.0, 3000.0, 10'000.0, 30'000.0}) {
        FitCase which;
        which.photons = photons;
        which.free_width = free_width;
        which.read_variance = read_variance;
        const FitStatistics found = fit_statistics(which, 10'000, ++seed);
        std::printf("%s, %s, %6.0f photons: RMSE/bound x %.4f y %.4f, bias/bound x %+.4f y %+.4f\n",
                    read_variance > 0 ? "sCMOS  " : "Poisson",
                    free_width ? "free width " : "fixed width", photons, found.rmse_over_bound[0],
                    found.rmse_over_bound[1], found.bias_over_bound[0], found.bias_over_bound[1]);
        EXPECT_EQ(found.lost, 0);
        for (const int axis : {0, 1}) {
          EXPECT_GT(found.rmse_over_bound[axis], 0.98);
          EXPECT_LT(found.rmse_over_bound[axis], 1.03);
          EXPECT_LT(std::abs(found.bias_over_bound[axis]), 0.1);
        }
      }
    }
  }
}

}  // namespace
}  // namespace parfocal::solvers
