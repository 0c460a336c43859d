// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/fresnel_transform.h"

#include <ATen/ops/scalar_tensor.h>

#include "optics/propagation/gap_text.h"

namespace parfocal::optics {

void FresnelTransform::describe(Schema<Params>& s) {
  s.summary("Paraxial free-space propagation by one Fourier transform; the output pitch is free.");
  s.equation(
      "U2(q) = c exp(i pi q^2 / (l z)) sum U1(x) exp(i pi x^2 / (l z)) exp(-i 2 pi x q / (l z))\n"
      "l = wavelength / index_medium,  c: |U|^2 is power per sample on both sides");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 4-17");
  s.citation("L. Rabiner, R. Schafer and C. Rader, Bell Syst. Tech. J. 48, 1249, 1969 (chirp z)");
  s.convention("Phase grows as exp(+ikz) along +z; the carrier exp(ikz) itself is left out.");
  s.gradient("exact");
  s.key("distance", &Params::distance)
      .required()
      .trainable("um")
      .doc("From the plane before to the plane after; negative propagates back.");
  s.key("index_medium", &Params::index_medium)
      .above(0.0)
      .doc("Refractive index of the gap; the index around the elements if absent.");
  s.block("output", &Params::output).doc("The samples behind the gap.");
  s.check([](const Params& p) -> std::string {
    return p.distance.m() == 0.0 ? "distance: expected a length that is not 0" : "";
  });
}

FresnelTransform::FresnelTransform(const Params& params, const BuildContext& context)
    : path_(context.path),
      params_(params),
      distance_(context, "distance", at::scalar_tensor(params.distance.m(), at::kDouble),
                at::kDouble, LeafUnit{"um", 1e-6}) {}

Gap FresnelTransform::gap_of(const Beam& beam, at::Device device) const {
  Beam in_gap = beam;
  if (params_.index_medium) in_gap.index_medium = *params_.index_medium;
  return Gap::of(in_gap, distance_.si().to(device));
}

at::Tensor FresnelTransform::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("fresnel_transform", field, beam);
  return with_path(path_,
                   [&] {
                     return fourier_propagation("fresnel_transform", gap_of(beam, field.device()),
                                                params_.output, Chirps::kBoth, field.scalar_type());
                   })
      .forward(field);
}

Beam FresnelTransform::after(const Beam& beam) const {
  Beam behind = beam;
  behind.grid = output_grid(gap_of(beam, at::kCPU), params_.output);
  return behind;
}

}  // namespace parfocal::optics
