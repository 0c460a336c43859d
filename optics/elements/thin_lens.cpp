// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/thin_lens.h"

#include <ATen/TensorOperators.h>

#include <numbers>

#include "optics/elements/edge.h"
#include "optics/elements/thin_phase.h"
#include "optics/phase_sampling.h"
#include "optics/plane.h"

namespace parfocal::optics {
namespace {

const LeafUnit kFocalUnit{"mm", 1e-3};

}  // namespace

void ThinLens::describe(Schema<Params>& s) {
  s.summary("The paraxial thin lens, round or astigmatic, without dispersion.");
  s.equation(
      "U' = U exp(-i k ((x - x_c)^2 / (2 f_x) + (y - y_c)^2 / (2 f_y)))\n"
      "k = 2 pi index_medium / wavelength");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 5-10");
  s.convention("f > 0 converges; f is measured in the medium around the lens.");
  s.gradient("exact");
  s.key("focal_length", &Params::focal_length)
      .required()
      .trainable("mm")
      .doc("f; that of x where focal_length_y is given.");
  s.key("focal_length_y", &Params::focal_length_y)
      .trainable("mm")
      .doc("Of y, for an astigmatic lens; a very long one makes a cylindrical lens.");
  s.key("centre", &Params::centre).trainable("um").doc("From the optical axis, [y, x].");
  s.check([](const Params& p) -> std::string {
    if (p.focal_length.m() == 0.0) return "focal_length: expected a length that is not 0";
    if (p.focal_length_y && p.focal_length_y->m() == 0.0) {
      return "focal_length_y: expected a length that is not 0";
    }
    return "";
  });
}

ThinLens::ThinLens(const Params& params, const BuildContext& context)
    : path_(context.path),
      focal_length_(context, "focal_length", params.focal_length, kFocalUnit),
      centre_(context, "centre", params.centre, LeafUnit{"um", 1e-6}) {
  if (params.focal_length_y) {
    focal_length_y_ = Trainable(context, "focal_length_y", *params.focal_length_y, kFocalUnit);
  }
}

at::Tensor ThinLens::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("thin_lens", field, beam);
  const at::Device device = field.device();
  const at::Tensor centre_m = centre_.si().to(device);
  const at::Tensor f_x = focal_length_.si().to(device);
  const at::Tensor f_y = focal_length_y_.defined() ? focal_length_y_.si().to(device) : f_x;
  const at::Tensor y = y_coordinates_m(beam.grid).to(device).unsqueeze(1) - centre_m[0];
  const at::Tensor x = x_coordinates_m(beam.grid).to(device) - centre_m[1];
  const at::Tensor half_k = std::numbers::pi * beam.index_medium / beam.wavelength().to(device);
  const at::Tensor phase = (y.square() / f_y + x.square() / f_x) * -half_k;
  check_phase_sampling_of(field, phase, beam.grid, path_);
  return delayed(field, phase);
}

}  // namespace parfocal::optics
