// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/point_source.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/angle.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "tests/optics/sources/source_params.h"

namespace parfocal::optics {
namespace {

TEST(PointSource, IsTheSphericalWaveOfItsDistances) {
  const Grid grid = Grid::centred(15, 22, 0.65e-6, 0.80e-6);
  const auto source =
      source_of("type: point_source, wavelength: 532 nm, distance: 80 um, position: [2 um, -3 um]");
  const at::Tensor field = source->illuminate({grid, 532e-9}).fields[0];
  const double axis = std::sqrt(4e-12 + 9e-12 + 6400e-12);
  const double range =
      std::sqrt(std::pow(grid.y_m(3) - 2e-6, 2) + std::pow(grid.x_m(17) + 3e-6, 2) + 6400e-12);
  const double phase = 2 * std::numbers::pi * (range - axis) / 532e-9;
  EXPECT_NEAR(field[3][17].abs().item<double>(), std::pow(axis / range, 1.5), 1e-12);
  EXPECT_NEAR(std::remainder(at::angle(field[3][17]).item<double>() - phase, 2 * std::numbers::pi),
              0.0, 1e-8);
}

TEST(PointSource, TooCloseForTheSamplesIsRefused) {
  const Grid grid = Grid::centred(64, 64, 2e-6, 2e-6);
  const auto source = source_of("type: point_source, wavelength: 532 nm, distance: 50 um");
  EXPECT_THROW((void)source->illuminate({grid, 532e-9}), SamplingError);
}

}  // namespace
}  // namespace parfocal::optics
