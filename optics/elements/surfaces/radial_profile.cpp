// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/radial_profile.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>

#include "core/check.h"
#include "optics/elements/surfaces/unit_disc.h"

namespace parfocal::optics {
namespace {

at::Tensor start_of(const RadialProfile::Params& params) {
  PARFOCAL_CHECK(params.heights.has_value() != params.samples.has_value());
  if (params.samples) {
    const double start_m = params.height_max ? 0.5 * params.height_max->m() : 0.0;
    return at::full({*params.samples}, start_m, at::kDouble);
  }
  at::Tensor start =
      at::full({static_cast<std::int64_t>(params.heights->size())}, 0.0, at::kDouble);
  double* value = start.data_ptr<double>();
  for (const Length& height : *params.heights) *value++ = height.m();
  return start;
}

}  // namespace

void RadialProfile::describe(Schema<Params>& s) {
  s.summary("A rotationally symmetric surface of a phase mask with free heights along the radius.");
  s.equation(
      "height(r) = linear between the samples, the first at r = 0, the last at diameter / 2");
  s.convention("Beyond the diameter the last height.");
  s.gradient("exact");
  s.key("heights", &Params::heights)
      .trainable("um")
      .doc("From the axis to the rim; or give samples. The leaf is PATH.height.");
  s.key("samples", &Params::samples)
      .at_least(2)
      .doc("Number of heights of a flat start; or give heights.");
  s.key("diameter", &Params::diameter)
      .above(Length::from_m(0.0))
      .doc("Of the rim; the shorter side of the field if absent.");
  s.key("height_max", &Params::height_max)
      .above(Length::from_m(0.0))
      .doc("Holds the heights between 0 and this; the leaf is then PATH.height_logit.");
  s.check([](const Params& p) -> std::string {
    if (p.heights.has_value() == p.samples.has_value()) {
      return std::string("expected exactly one of heights and samples; got ") +
             (p.heights ? "both" : "none");
    }
    return p.heights && p.heights->size() < 2 ? "heights: expected at least 2" : "";
  });
}

RadialProfile::RadialProfile(const Params& params, const BuildContext& context)
    : diameter_(params.diameter), height_(context, start_of(params), params.height_max) {}

at::Tensor RadialProfile::height_m(const Grid& grid, const SurfaceScale&) const {
  const at::Tensor heights = height_.si();
  const std::int64_t intervals = heights.size(0) - 1;
  const at::Tensor position = UnitDisc(grid, diameter_).radius() * static_cast<double>(intervals);
  const at::Tensor inner = position.floor().clamp_max(intervals - 1);
  const at::Tensor index = inner.to(at::kLong).flatten().to(heights.device());
  const at::Tensor share = (position - inner).flatten().to(heights.device());
  const at::Tensor below = heights.index_select(0, index);
  const at::Tensor above = heights.index_select(0, index + 1);
  return (below + (above - below) * share).reshape({grid.n_y, grid.n_x});
}

}  // namespace parfocal::optics
