// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "core/tensor/grid.h"

namespace parfocal::optics {

/// u = y sin(angle) + x cos(angle) - shift: the coordinate across lines that run along y at angle 0
/// and turn with the angle from x towards y; [n_y, n_x], float64 on the CPU.
///
/// Tested by:  tests/optics/elements/grating_test.cpp.
[[nodiscard]] at::Tensor coordinate_across_m(const Grid& grid, double angle_rad, double shift_m);

/// Mean over each sample of a line of `width_m`, `u_m` away from its axis.
[[nodiscard]] at::Tensor line(const Grid& grid, double angle_rad, const at::Tensor& u_m,
                              double width_m);

/// \throws SamplingError for a period below two samples.
void check_period(const std::string& path, double period_m, const Grid& grid);

}  // namespace parfocal::optics
