// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "core/tensor/grid.h"

namespace parfocal::optics {

/// Coordinates of the samples of a plane, float64 on the CPU.
///
/// Layout:     y [n_y], x [n_x], r^2 [n_y, n_x].
/// Tested by:  tests/optics/plane_test.cpp.
[[nodiscard]] at::Tensor y_coordinates_m(const Grid& grid);
[[nodiscard]] at::Tensor x_coordinates_m(const Grid& grid);
/// Squared distance from (centre_y, centre_x).
[[nodiscard]] at::Tensor radius_squared_m2(const Grid& grid, double centre_y_m = 0.0,
                                           double centre_x_m = 0.0);

/// Bilinear interpolation of `values` [from.n_y, from.n_x] at the samples of `to`; 0 outside.
/// Linear, differentiable in `values`; float64.
[[nodiscard]] at::Tensor resample(const at::Tensor& values, const Grid& from, const Grid& to);

}  // namespace parfocal::optics
