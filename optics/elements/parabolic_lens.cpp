// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/parabolic_lens.h"

#include <ATen/TensorOperators.h>

#include "optics/plane.h"

namespace parfocal::optics {

void ParabolicLens::describe(Schema<Params>& s) {
  s.summary("The paraxial lens as the surface of a phase mask.");
  s.equation("height = -r^2 / (2 f (index - index_medium)),  phase = -pi r^2 / (wavelength f)");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 5-10");
  s.convention("f > 0 converges.");
  s.key("focal_length", &Params::focal_length).required().doc("f, at the refractive index given.");
  s.check([](const Params& p) -> std::string {
    return p.focal_length.m() == 0.0 ? "focal_length: expected a length that is not 0" : "";
  });
}

ParabolicLens::ParabolicLens(const Params& params, const BuildContext&)
    : focal_length_m_(params.focal_length.m()) {}

at::Tensor ParabolicLens::height_m(const Grid& grid, double index_step) const {
  return radius_squared_m2(grid) * (-0.5 / (focal_length_m_ * index_step));
}

}  // namespace parfocal::optics
