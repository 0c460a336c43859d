// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/sinusoidal_grating.h"

#include <ATen/TensorOperators.h>

#include <numbers>

#include "optics/elements/grating.h"

namespace parfocal::optics {

void SinusoidalGrating::describe(Schema<Params>& s) {
  s.summary("A grating whose transmission of the field is a cosine.");
  s.equation("t = (1 + contrast cos(2 pi (u - shift) / period)) / 2");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, section 4.4.3");
  s.convention("u = y sin(angle) + x cos(angle); t multiplies the field.");
  s.key("period", &Params::period).required().above(Length::from_m(0.0)).doc("Of the cosine.");
  s.key("contrast", &Params::contrast).at_least(0.0).at_most(1.0).doc("Of the transmission.");
  s.key("shift", &Params::shift).doc("Of a maximum from the axis.");
  s.key("angle", &Params::angle).doc("0: the lines run along y; turns from x towards y.");
}

SinusoidalGrating::SinusoidalGrating(const Params& params, const BuildContext& context)
    : path_(context.path), params_(params) {}

at::Tensor SinusoidalGrating::transmission(const Grid& grid) const {
  check_period(path_, params_.period.m(), grid);
  const at::Tensor u = coordinate_across_m(grid, params_.angle.rad(), params_.shift.m());
  const double per_m = 2.0 * std::numbers::pi / params_.period.m();
  return (1.0 + (u * per_m).cos() * params_.contrast) * 0.5;
}

}  // namespace parfocal::optics
