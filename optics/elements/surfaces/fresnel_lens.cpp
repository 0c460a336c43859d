// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/fresnel_lens.h"

#include <ATen/TensorOperators.h>

#include "optics/plane.h"

namespace parfocal::optics {

void FresnelLens::describe(Schema<Params>& s) {
  s.summary("A diffractive lens as the surface of a phase mask, folded into one wave.");
  s.equation("phase = mod(-pi r^2 / (design_wavelength f), 2 pi) at the design wavelength");
  s.citation("D. A. Buralli, G. M. Morris and J. R. Rogers, Applied Optics 28, 976, 1989, eq. 4");
  s.convention("f > 0 converges.");
  s.gradient("exact");
  s.key("focal_length", &Params::focal_length)
      .required()
      .trainable("mm")
      .doc("f of the first order at the design wavelength.");
  s.check([](const Params& p) -> std::string {
    return p.focal_length.m() == 0.0 ? "focal_length: expected a length that is not 0" : "";
  });
}

FresnelLens::FresnelLens(const Params& params, const BuildContext& context)
    : focal_length_(context, "focal_length", params.focal_length, LeafUnit{"mm", 1e-3}) {}

at::Tensor FresnelLens::height_m(const Grid& grid, const SurfaceScale& scale) const {
  const at::Tensor f = focal_length_.si();
  return radius_squared_m2(grid).to(f.device()) * (-0.5 / (f * scale.index_step));
}

}  // namespace parfocal::optics
