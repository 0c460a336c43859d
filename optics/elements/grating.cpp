// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/grating.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/scalar_tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "optics/elements/edge.h"
#include "optics/length_text.h"
#include "optics/plane.h"

namespace parfocal::optics {

at::Tensor coordinate_across_m(const Grid& grid, double angle_rad, double shift_m) {
  return y_coordinates_m(grid).unsqueeze(1) * std::sin(angle_rad) +
         x_coordinates_m(grid) * std::cos(angle_rad) - shift_m;
}

at::Tensor line(const Grid& grid, double angle_rad, const at::Tensor& u_m, double width_m) {
  const at::Tensor across_y = at::scalar_tensor(std::sin(angle_rad), at::kDouble);
  const at::Tensor across_x = at::scalar_tensor(std::cos(angle_rad), at::kDouble);
  const at::Tensor left = opening({0.5 * width_m + u_m, across_y, across_x}, grid, Edge::kSmooth);
  const at::Tensor right = opening({0.5 * width_m - u_m, across_y, across_x}, grid, Edge::kSmooth);
  return (left + right - 1.0).clamp(0.0, 1.0);
}

void check_period(const std::string& path, double period_m, const Grid& grid) {
  const double limit_m = 2.0 * std::max(grid.pitch_y_m, grid.pitch_x_m);
  if (period_m >= limit_m) return;
  throw SamplingError(
      fmt::format("{}.period = {}: not resolved, limit {} (two samples); take finer samples or "
                  "a longer period",
                  path, length_text(period_m), length_text(limit_m)));
}

}  // namespace parfocal::optics
