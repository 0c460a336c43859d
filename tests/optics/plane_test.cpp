// SPDX-License-Identifier: Apache-2.0
#include "optics/plane.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

TEST(Plane, CoordinatesAreZeroAtTheOrigin) {
  const Grid grid{5, 4, 2.0, 3.0, 1.5, 2.0};
  EXPECT_DOUBLE_EQ(y_coordinates_m(grid)[1].item<double>(), -1.0);
  EXPECT_DOUBLE_EQ(x_coordinates_m(grid)[3].item<double>(), 3.0);
  EXPECT_DOUBLE_EQ(radius_squared_m2(grid)[1][3].item<double>(), 10.0);
  EXPECT_DOUBLE_EQ(radius_squared_m2(grid, -1.0, 3.0)[1][3].item<double>(), 0.0);
}

TEST(Plane, ResamplingKeepsALinearRampAndIsZeroOutside) {
  const Grid from = Grid::centred(11, 15, 2.0, 3.0);
  const Grid to = Grid::centred(30, 23, 0.7, 1.1);
  const auto ramp = [](const Grid& grid) {
    return y_coordinates_m(grid).unsqueeze(1) * 0.3 + x_coordinates_m(grid) * 0.2 + 1.0;
  };
  const at::Tensor got = resample(ramp(from), from, to);
  // Inside the outermost samples of `from`, |y| <= 10 and |x| <= 21.
  EXPECT_LE(relative_error(got.slice(0, 1, 29), ramp(to).slice(0, 1, 29)), 1e-14);
  EXPECT_EQ(resample(ramp(from), from, Grid{1, 1, 1.0, 1.0, 50.0, 0.0}).item<double>(), 0.0);
}

TEST(Plane, ResamplingOnTheSameSamplesIsTheIdentity) {
  const Grid grid{6, 9, 0.65e-6, 0.8e-6, 2.5, 4.0};
  const at::Tensor values = random_real({6, 9}, 1);
  EXPECT_LE(relative_error(resample(values, grid, grid), values), 1e-12);
}

}  // namespace
}  // namespace parfocal::optics
