// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/slits.h"

#include <ATen/TensorOperators.h>

#include <numbers>

#include "optics/elements/grating.h"

namespace parfocal::optics {

void Slits::describe(Schema<Params>& s) {
  s.summary("Parallel slits, two by default.");
  s.equation("t = 1 where |u - u_j| <= width / 2,  u_j = (j - (count - 1) / 2) spacing");
  s.citation("M. Born and E. Wolf, Principles of Optics, 7th ed., 1999, section 8.6.1");
  s.convention("u = y sin(angle) + x cos(angle); each sample shows its mean.");
  s.key("count", &Params::count).at_least(1).at_most(10000).doc("Number of slits.");
  s.key("width", &Params::width).required().above(Length::from_m(0.0)).doc("Of one slit.");
  s.key("spacing", &Params::spacing)
      .above(Length::from_m(0.0))
      .doc("From axis to axis; needed for more than one slit.");
  s.key("length", &Params::length).above(Length::from_m(0.0)).doc("Of the slits; absent: no end.");
  s.key("angle", &Params::angle).doc("0: the lines run along y; turns from x towards y.");
  s.check([](const Params& p) -> std::string {
    if (p.count == 1) return "";
    if (!p.spacing) return "spacing: needed for more than one slit";
    return *p.spacing < p.width ? "spacing: expected at least width, or the slits overlap" : "";
  });
}

Slits::Slits(const Params& params, const BuildContext& context)
    : path_(context.path), params_(params) {}

at::Tensor Slits::transmission(const Grid& grid) const {
  const double angle = params_.angle.rad();
  const double first = -0.5 * static_cast<double>(params_.count - 1);
  const double spacing_m = params_.spacing ? params_.spacing->m() : 0.0;
  at::Tensor t;
  for (std::int64_t j = 0; j < params_.count; ++j) {
    const double axis_m = (first + static_cast<double>(j)) * spacing_m;
    const at::Tensor share =
        line(grid, angle, coordinate_across_m(grid, angle, axis_m), params_.width.m());
    t = t.defined() ? t + share : share;
  }
  if (params_.length) {
    const double along = angle + 0.5 * std::numbers::pi;
    t = t * line(grid, along, coordinate_across_m(grid, along, 0.0), params_.length->m());
  }
  return t.clamp(0.0, 1.0);
}

}  // namespace parfocal::optics
