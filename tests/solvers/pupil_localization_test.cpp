// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "tests/solvers/pupil_fit_case.h"
#include "tests/solvers/pupil_microscope.h"
#include "tests/support/data.h"

namespace parfocal::solvers {
namespace {

/// One point of the table of the long test, 2,000 fits: they know the ratio to 1.6 %.
TEST(PupilLocalization, FitsThroughTheTetrapodLieAtTheBound) {
  PARFOCAL_REQUIRE_FILE(test::mask_file("mask_tetrapod"));
  const test::PupilMicroscope scope({"mask_tetrapod", test::Angles::kExact, false, 81});
  const auto found = pupil_fit_statistics(*scope.model, {{5000, 20, 2.0}}, 2000, 5).front();
  EXPECT_EQ(found.lost, 0);
  EXPECT_EQ(found.missed, 0);
  for (int axis = 0; axis < 3; ++axis) {
    EXPECT_NEAR(found.rmse_over_bound[axis], 1.0, 3 * 0.016) << axis;
    EXPECT_LT(std::abs(found.bias_over_bound[axis]), 0.1) << axis;
  }
}

}  // namespace
}  // namespace parfocal::solvers
