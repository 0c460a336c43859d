// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/cubic.h"

#include <ATen/TensorOperators.h>

#include "optics/elements/surfaces/unit_disc.h"

namespace parfocal::optics {

void Cubic::describe(Schema<Params>& s) {
  s.summary("The cubic surface of a phase mask for extended depth of field.");
  s.equation("phase = strength (X^3 + Y^3),  X, Y in half diameters");
  s.citation("E. R. Dowski and W. T. Cathey, Applied Optics 34, 1859, 1995, eq. 10");
  s.convention("Not cut off beyond the diameter.");
  s.gradient("exact");
  s.key("strength", &Params::strength)
      .required()
      .trainable("rad")
      .doc("Phase at X = 1, Y = 0 at the design wavelength.");
  s.key("diameter", &Params::diameter)
      .above(Length::from_m(0.0))
      .doc("At which X and Y are 1; the shorter side of the field if absent.");
}

Cubic::Cubic(const Params& params, const BuildContext& context)
    : diameter_(params.diameter),
      strength_(context, "strength", params.strength, LeafUnit{"rad"}) {}

at::Tensor Cubic::height_m(const Grid& grid, const SurfaceScale& scale) const {
  const UnitDisc disc(grid, diameter_);
  const at::Tensor strength_m = strength_.si() * scale.m_per_rad();
  return (disc.y.pow(3) + disc.x.pow(3)).to(strength_m.device()) * strength_m;
}

}  // namespace parfocal::optics
