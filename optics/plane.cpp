// SPDX-License-Identifier: Apache-2.0
#include "optics/plane.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/matmul.h>

namespace parfocal::optics {
namespace {

at::Tensor indices(std::int64_t n) { return at::arange(n, at::kDouble); }

/// Rows of hat functions: entry [i, j] is the share of sample j of `from` in sample i of `to`.
at::Tensor hats(const at::Tensor& to_m, std::int64_t n_from, double pitch_m, double origin) {
  const at::Tensor position = to_m / pitch_m + origin;
  return (1.0 - (position.unsqueeze(1) - indices(n_from)).abs()).clamp_min(0.0);
}

}  // namespace

at::Tensor y_coordinates_m(const Grid& grid) {
  return (indices(grid.n_y) - grid.origin_y) * grid.pitch_y_m;
}

at::Tensor x_coordinates_m(const Grid& grid) {
  return (indices(grid.n_x) - grid.origin_x) * grid.pitch_x_m;
}

at::Tensor radius_squared_m2(const Grid& grid, double centre_y_m, double centre_x_m) {
  return (y_coordinates_m(grid) - centre_y_m).square().unsqueeze(1) +
         (x_coordinates_m(grid) - centre_x_m).square();
}

at::Tensor resample(const at::Tensor& values, const Grid& from, const Grid& to) {
  const at::Device device = values.device();
  const at::Tensor rows = hats(y_coordinates_m(to), from.n_y, from.pitch_y_m, from.origin_y);
  const at::Tensor columns = hats(x_coordinates_m(to), from.n_x, from.pitch_x_m, from.origin_x);
  return at::matmul(at::matmul(rows.to(device), values.to(at::kDouble)), columns.to(device).t());
}

}  // namespace parfocal::optics
