// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/grid.h"

#include <gtest/gtest.h>

#include "tests/support/test_grid.h"

namespace parfocal {
namespace {

TEST(Grid, OriginIsTheFloorOfHalfTheSize) {
  const Grid grid = test::test_grid();
  EXPECT_EQ(grid.origin_y, 7.0);
  EXPECT_EQ(grid.origin_x, 11.0);
  EXPECT_EQ(grid.y_m(7), 0.0);
  EXPECT_EQ(grid.x_m(11), 0.0);
}

TEST(Grid, CoordinatesGrowDownAndRightByTheirOwnPitch) {
  const Grid grid = test::test_grid();
  EXPECT_DOUBLE_EQ(grid.y_m(0), -7 * 0.65e-6);
  EXPECT_DOUBLE_EQ(grid.y_m(14), 7 * 0.65e-6);
  EXPECT_DOUBLE_EQ(grid.x_m(0), -11 * 0.80e-6);
  EXPECT_DOUBLE_EQ(grid.x_m(21), 10 * 0.80e-6);
}

TEST(Grid, OriginMayLieBetweenSamples) {
  Grid grid = test::test_grid();
  grid.origin_x = 10.5;
  EXPECT_DOUBLE_EQ(grid.x_m(0), -grid.x_m(21));
}

TEST(Grid, TextNamesSizeAndPitches) {
  EXPECT_EQ(test::test_grid().text(), "15 x 22, pitch 0.65 um x 0.8 um");
}

}  // namespace
}  // namespace parfocal
