// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/parabolic_lens.h"

#include <ATen/TensorOperators.h>

#include "optics/plane.h"

namespace parfocal::optics {

void ParabolicLens::describe(Schema<Params>& s) {
  s.summary("The paraxial lens as the surface of a phase mask.");
  s.equation("height = -r^2 / (2 f index_step),  phase = -pi r^2 / (wavelength f)");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 5-10");
  s.convention("f > 0 converges.");
  s.gradient("exact");
  s.key("focal_length", &Params::focal_length)
      .required()
      .trainable("mm")
      .doc("f, for the index at which the mask is designed.");
  s.check([](const Params& p) -> std::string {
    return p.focal_length.m() == 0.0 ? "focal_length: expected a length that is not 0" : "";
  });
}

ParabolicLens::ParabolicLens(const Params& params, const BuildContext& context)
    : focal_length_(context, "focal_length", params.focal_length, LeafUnit{"mm", 1e-3}) {}

at::Tensor ParabolicLens::height_m(const Grid& grid, const SurfaceScale& scale) const {
  const at::Tensor f = focal_length_.si();
  return radius_squared_m2(grid).to(f.device()) * (-0.5 / (f * scale.index_step));
}

}  // namespace parfocal::optics
