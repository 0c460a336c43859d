// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/circular_aperture.h"

#include <ATen/TensorOperators.h>

#include "optics/plane.h"

namespace parfocal::optics {

void CircularAperture::describe(Schema<Params>& s) {
  s.summary("A circular stop.");
  s.equation("U' = U where |r - centre| <= diameter / 2, else 0");
  s.convention("Decided at the centre of each sample.");
  s.gradient("exact");
  s.key("diameter", &Params::diameter).required().above(Length::from_m(0.0)).doc("Of the opening.");
  s.key("centre", &Params::centre).doc("Of the opening from the optical axis, [y, x].");
}

CircularAperture::CircularAperture(const Params& params, const BuildContext&) : params_(params) {}

at::Tensor CircularAperture::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("circular_aperture", field, beam);
  const double radius_m = 0.5 * params_.diameter.m();
  const at::Tensor squared =
      radius_squared_m2(beam.grid, params_.centre[0].m(), params_.centre[1].m());
  const at::Tensor open = squared <= radius_m * radius_m * (1.0 + 1e-12);
  return field * open.to(field.device());
}

}  // namespace parfocal::optics
