// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/ronchi_grating.h"

#include <ATen/TensorOperators.h>

#include "optics/elements/grating.h"

namespace parfocal::optics {

void RonchiGrating::describe(Schema<Params>& s) {
  s.summary("A grating of open and opaque lines (Ronchi ruling).");
  s.equation("t = 1 where |u - shift - m period| <= duty period / 2 for some integer m");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, section 4.4");
  s.convention("u = y sin(angle) + x cos(angle); each sample shows its mean.");
  s.key("period", &Params::period).required().above(Length::from_m(0.0)).doc("Of the lines.");
  s.key("duty", &Params::duty).above(0.0).below(1.0).doc("Open share of the period.");
  s.key("shift", &Params::shift).doc("Of the middle of an open line from the axis.");
  s.key("angle", &Params::angle).doc("0: the lines run along y; turns from x towards y.");
}

RonchiGrating::RonchiGrating(const Params& params, const BuildContext& context)
    : path_(context.path), params_(params) {}

at::Tensor RonchiGrating::transmission(const Grid& grid) const {
  const double period_m = params_.period.m();
  check_period(path_, period_m, grid);
  const at::Tensor u = coordinate_across_m(grid, params_.angle.rad(), params_.shift.m());
  const at::Tensor nearest = (u / period_m).round() * period_m;
  at::Tensor t;
  for (const double neighbour : {-1.0, 0.0, 1.0}) {
    const at::Tensor share = line(grid, params_.angle.rad(), u - nearest - neighbour * period_m,
                                  params_.duty * period_m);
    t = t.defined() ? t + share : share;
  }
  return t.clamp(0.0, 1.0);
}

}  // namespace parfocal::optics
