// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/fraunhofer.h"

#include <ATen/ops/scalar_tensor.h>

#include "optics/propagation/gap_text.h"

namespace parfocal::optics {

void Fraunhofer::describe(Schema<Params>& s) {
  s.summary(
      "The far field of a plane, or the back focal plane of a lens; the output pitch is free.");
  s.equation(
      "U2(q) = c exp(i pi q^2 / (l z)) sum U1(x) exp(-i 2 pi x q / (l z));  lens: without the "
      "first factor\n"
      "l = wavelength / index_medium,  c: |U|^2 is power per sample on both sides");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 4-25 and 5-19");
  s.convention("Phase grows as exp(+ikz) along +z; the carrier exp(ikz) itself is left out.");
  s.gradient("exact");
  s.key("distance", &Params::distance)
      .required()
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("Distance of the plane, much larger than aperture^2 / wavelength; or the focal length.");
  s.key("index_medium", &Params::index_medium)
      .above(0.0)
      .doc("Refractive index of the gap; the index around the elements if absent.");
  s.choice("geometry", &Params::geometry,
           {{"far_field", Geometry::kFarField}, {"lens", Geometry::kLens}})
      .doc("far_field: between two planes; lens: from its front to its back focal plane.");
  s.block("output", &Params::output).doc("The samples behind the gap.");
}

Fraunhofer::Fraunhofer(const Params& params, const BuildContext& context)
    : path_(context.path),
      params_(params),
      distance_(context, "distance", at::scalar_tensor(params.distance.m(), at::kDouble),
                at::kDouble, LeafUnit{"um", 1e-6, 0.0}) {}

Gap Fraunhofer::gap_of(const Beam& beam, at::Device device) const {
  Beam in_gap = beam;
  if (params_.index_medium) in_gap.index_medium = *params_.index_medium;
  return Gap::of(in_gap, distance_.si().to(device));
}

at::Tensor Fraunhofer::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("fraunhofer", field, beam);
  const Chirps chirps = params_.geometry == Geometry::kLens ? Chirps::kNone : Chirps::kOutput;
  return with_path(path_,
                   [&] {
                     return fourier_propagation("fraunhofer", gap_of(beam, field.device()),
                                                params_.output, chirps, field.scalar_type());
                   })
      .forward(field);
}

Beam Fraunhofer::after(const Beam& beam) const {
  Beam behind = beam;
  behind.grid = output_grid(gap_of(beam, at::kCPU), params_.output);
  return behind;
}

}  // namespace parfocal::optics
