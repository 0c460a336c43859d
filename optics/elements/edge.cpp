// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/edge.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "optics/length_text.h"
#include "optics/plane.h"

namespace parfocal::optics {
namespace {

constexpr double kRounding = 0.01;  // of |n| at 0

at::Tensor ramp(const at::Tensor& u) { return u.clamp_min(0.0).square() * 0.5; }

at::Tensor rounded_modulus(const at::Tensor& n) {
  return ((n.square() + kRounding * kRounding) / (1.0 + kRounding * kRounding)).sqrt();
}

at::Tensor row_coordinates(const Grid& grid, at::Device device) {
  return y_coordinates_m(grid).to(device).unsqueeze(1);
}

at::Tensor column_coordinates(const Grid& grid, at::Device device) {
  return x_coordinates_m(grid).to(device).unsqueeze(0);
}

at::Tensor covered_share(const Boundary& boundary, const Grid& grid) {
  const at::Tensor a = rounded_modulus(boundary.normal_y) * grid.pitch_y_m;
  const at::Tensor b = rounded_modulus(boundary.normal_x) * grid.pitch_x_m;
  const at::Tensor outer = (a + b) * 0.5, inner = (a - b) * 0.5;
  const at::Tensor d = at::maximum(at::minimum(boundary.inside_m, outer), -outer);
  return (ramp(d + outer) - ramp(d + inner) - ramp(d - inner) + ramp(d - outer)) / (a * b);
}

}  // namespace

at::Tensor opening(const Boundary& boundary, const Grid& grid, Edge edge) {
  if (edge == Edge::kSmooth) return covered_share(boundary, grid);
  const double rounding_m = 1e-9 * std::max(grid.pitch_y_m, grid.pitch_x_m);
  return (boundary.inside_m >= -rounding_m).to(at::kDouble);
}

Boundary rim_of_disc(const Grid& grid, const at::Tensor& diameter_m, const at::Tensor& centre_m) {
  const at::Tensor y = row_coordinates(grid, centre_m.device()) - centre_m[0];
  const at::Tensor x = column_coordinates(grid, centre_m.device()) - centre_m[1];
  const double at_centre_m = 1e-12 * std::max(grid.pitch_y_m, grid.pitch_x_m);
  const at::Tensor r = (y.square() + x.square() + at_centre_m * at_centre_m).sqrt();
  return {diameter_m * 0.5 - r, y / r, x / r};
}

at::Tensor strip(const Grid& grid, const at::Tensor& across_y, const at::Tensor& across_x,
                 const at::Tensor& centre_m, const at::Tensor& width_m, Edge edge) {
  const at::Device device = centre_m.device();
  const at::Tensor u = (row_coordinates(grid, device) - centre_m[0]) * across_y +
                       (column_coordinates(grid, device) - centre_m[1]) * across_x;
  const at::Tensor above = opening({width_m * 0.5 - u, across_y, across_x}, grid, edge);
  const at::Tensor below = opening({width_m * 0.5 + u, across_y, across_x}, grid, edge);
  return above + below - 1.0;
}

at::Tensor polygon(const Grid& grid, const at::Tensor& vertices_m, Edge edge) {
  const at::Tensor y = row_coordinates(grid, vertices_m.device());
  const at::Tensor x = column_coordinates(grid, vertices_m.device());
  const std::int64_t n = vertices_m.size(0);
  at::Tensor open;
  for (std::int64_t side = 0; side < n; ++side) {
    const at::Tensor from = vertices_m[side];
    const at::Tensor along = vertices_m[(side + 1) % n] - from;
    const at::Tensor length = along.square().sum().sqrt();
    const at::Tensor normal_y = along[1] / length, normal_x = -along[0] / length;
    const at::Tensor inside = (y - from[0]) * normal_y + (x - from[1]) * normal_x;
    const at::Tensor share = opening({inside, normal_y, normal_x}, grid, edge);
    open = open.defined() ? open * share : share;
  }
  return open;
}

void check_edge_is_trainable(Edge edge, const std::string& path, const std::string& key,
                             const Trainable& leaf) {
  if (edge == Edge::kSmooth || !leaf.leaf().requires_grad()) return;
  throw UsageError(fmt::format(
      "{}.{}: a sharp edge cannot be trained, its gradient is 0; set edge: smooth", path, key));
}

void check_opening_is_resolved(Edge edge, const std::string& path, const std::string& key,
                               double size_m, const Grid& grid) {
  const double limit_m = 2.0 * std::max(grid.pitch_y_m, grid.pitch_x_m);
  if (edge == Edge::kSharp || size_m >= limit_m) return;
  throw SamplingError(
      fmt::format("{}.{} = {}: a smooth edge needs an opening of at least two samples, limit {}; "
                  "take finer samples or set edge: sharp",
                  path, key, length_text(size_m), length_text(limit_m)));
}

}  // namespace parfocal::optics
