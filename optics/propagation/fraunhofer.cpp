// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/fraunhofer.h"

namespace parfocal::optics {

void Fraunhofer::describe(Schema<Params>& s) {
  s.summary(
      "The far field of a plane, or the back focal plane of a lens; the output pitch is free.");
  s.equation(
      "U2(q) = c exp(i pi q^2 / (l z)) sum U1(x) exp(-i 2 pi x q / (l z));  lens: without the "
      "first factor\n"
      "l = wavelength / index_medium,  c: |U|^2 is power per sample on both sides");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 4-25 and 5-19");
  describe_gap(
      s, "Distance of the plane, much larger than aperture^2 / wavelength; or the focal length.")
      .above(Length::from_m(0.0));
  s.choice("geometry", &Params::geometry,
           {{"far_field", Geometry::kFarField}, {"lens", Geometry::kLens}})
      .doc("far_field: between two planes; lens: from its front to its back focal plane.");
  s.block("output", &Params::output).doc("The samples behind the gap.");
}

Fraunhofer::Fraunhofer(const Params& params, const BuildContext& context)
    : TransformElement("fraunhofer", params, params.output,
                       params.geometry == Geometry::kLens ? Chirps::kNone : Chirps::kOutput,
                       context, Bounds::above(0.0)) {}

}  // namespace parfocal::optics
