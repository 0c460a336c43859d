// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "tests/solvers/pupil_fit_case.h"
#include "tests/solvers/pupil_microscope.h"
#include "tests/support/data.h"

namespace parfocal::solvers {
namespace {

/// 10,000 fits per point through the Tetrapod mask, inner 90 % of 4 um, background 20; per axis.
TEST(PupilLocalizationStatistics, FitsLieAtTheCramerRaoBound) {
  PARFOCAL_REQUIRE_FILE(test::mask_file("mask_tetrapod"));
  const test::PupilMicroscope scope({"mask_tetrapod", test::Angles::kExact, false, 81});
  std::vector<PupilFitPoint> points;
  for (const double read_variance : {0.0, 2.0}) {
    for (const double photons : {500.0, 1000.0, 3000.0, 10'000.0, 30'000.0}) {
      points.push_back({photons, 20, read_variance});
    }
  }
  const auto all = pupil_fit_statistics(*scope.model, points, 10'000, 1);
  for (std::size_t k = 0; k < points.size(); ++k) {
    const PupilFitStatistics& found = all[k];
    std::printf(
        "%s, %6.0f photons: RMSE/bound x %.4f y %.4f z %.4f, bias/bound x %+.4f y %+.4f z %+.4f, "
        "%ld lost, %ld far, %ld missed, %.1f iterations\n",
        points[k].read_variance > 0 ? "sCMOS  " : "Poisson", points[k].photons,
        found.rmse_over_bound[0], found.rmse_over_bound[1], found.rmse_over_bound[2],
        found.bias_over_bound[0], found.bias_over_bound[1], found.bias_over_bound[2],
        static_cast<long>(found.lost), static_cast<long>(found.far),
        static_cast<long>(found.missed), found.iterations);
    EXPECT_LE(found.missed, 30);
    // Below, the most likely place itself lies further from the truth than the bound: no fit misses a
    // better one.
    if (points[k].photons < 2000) continue;
    EXPECT_EQ(found.lost, 0);
    for (int axis = 0; axis < 3; ++axis) {
      EXPECT_GT(found.rmse_over_bound[axis], 0.98);
      EXPECT_LT(found.rmse_over_bound[axis], 1.03);
      EXPECT_LT(std::abs(found.bias_over_bound[axis]), 0.1);
    }
  }
}

}  // namespace
}  // namespace parfocal::solvers
