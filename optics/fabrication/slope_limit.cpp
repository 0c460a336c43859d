// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/slope_limit.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cummin.h>
#include <ATen/ops/minimum.h>

#include <algorithm>

#include "optics/fabrication/height_checks.h"

namespace parfocal::optics {
namespace {

/// min over j of h(j) + rise |i - j| along one axis.
at::Tensor lower_envelope(const at::Tensor& height, std::int64_t axis, double rise) {
  at::Tensor ramp = at::arange(height.size(axis), height.options().requires_grad(false)) * rise;
  if (axis == 0) ramp = ramp.unsqueeze(1);
  const at::Tensor before = std::get<0>(at::cummin(height - ramp, axis)) + ramp;
  const at::Tensor after = std::get<0>(at::cummin((height + ramp).flip({axis}), axis)).flip({axis});
  return at::minimum(height, at::minimum(before, after - ramp));
}

/// Squares of what two neighbours along an axis exceed the slope by.
at::Tensor excess(const at::Tensor& height, std::int64_t axis, double pitch_m, double slope) {
  const std::int64_t n = height.size(axis) - 1;
  const at::Tensor step = height.narrow(axis, 1, n) - height.narrow(axis, 0, n);
  return ((step.abs() / pitch_m - slope).clamp_min(0.0) / slope).square().sum();
}

}  // namespace

void SlopeLimit::describe(Schema<Params>& s) {
  s.summary("A greatest slope between neighboring pixels, along each axis.");
  s.equation(
      "project: h' = (min_q [h(q) + slope d] + max_q [h(q) - slope d]) / 2,  "
      "d = |y - y'| + |x - x'|\n"
      "penalty: mean over neighbors of max(|dh| / pitch - slope, 0)^2 / slope^2");
  s.citation("E. J. McShane, Bull. Amer. Math. Soc. 40, 837, 1934");
  s.convention("The slope is a limit of the workshop; it is given, not trained.");
  s.gradient("surrogate: quantize passes the gradient, dq/dh = 1; project and penalty are exact");
  s.key("slope", &Params::slope)
      .required()
      .above(0.0)
      .doc("Rise per length across, a pure number.");
}

SlopeLimit::SlopeLimit(const Params& params, const BuildContext&) : slope_(params.slope) {}

at::Tensor SlopeLimit::project(const at::Tensor& height, const Grid& grid) const {
  check_heights("slope_limit", height, grid);
  const double rise_y = slope_ * grid.pitch_y_m, rise_x = slope_ * grid.pitch_x_m;
  const auto envelope = [&](const at::Tensor& h) {
    return lower_envelope(lower_envelope(h, 0, rise_y), 1, rise_x);
  };
  return (envelope(height) - envelope(-height)) * 0.5;
}

at::Tensor SlopeLimit::penalty(const at::Tensor& height, const Grid& grid) const {
  check_heights("slope_limit", height, grid);
  const std::int64_t pairs = (grid.n_y - 1) * grid.n_x + grid.n_y * (grid.n_x - 1);
  return (excess(height, 0, grid.pitch_y_m, slope_) + excess(height, 1, grid.pitch_x_m, slope_)) /
         static_cast<double>(std::max<std::int64_t>(pairs, 1));
}

}  // namespace parfocal::optics
