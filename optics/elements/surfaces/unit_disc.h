// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "core/tensor/grid.h"
#include "core/units/units.h"

namespace parfocal::optics {

/// Coordinates of a grid in half diameters: 1 at the rim.
///
/// Convention: without a diameter it is the shorter side of the grid, pixel edges included.
/// Layout:     y [n_y, 1], x [1, n_x], float64 on the CPU.
/// Tested by:  tests/optics/elements/surfaces/shapes_test.cpp.
struct UnitDisc {
  UnitDisc(const Grid& grid, const std::optional<Length>& diameter);

  /// Distance from the axis [n_y, n_x], at most 1: outside the disc a surface keeps its rim.
  [[nodiscard]] at::Tensor radius() const;

  at::Tensor y;
  at::Tensor x;
};

}  // namespace parfocal::optics
