// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/blazed_grating.h"

#include <ATen/TensorOperators.h>

namespace parfocal::optics {

void BlazedGrating::describe(Schema<Params>& s) {
  s.summary("A sawtooth surface of a phase mask: a blazed grating.");
  s.equation("phase = depth (c - floor(c)),   c = (x cos(angle) + y sin(angle) - shift) / period");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, problem 4-17");
  s.convention("Rises along the angle; its first order goes the same way.");
  s.gradient("exact");
  GratingRuling::describe(s, true);
  s.key("depth", &Params::depth)
      .trainable("rad")
      .doc("Phase of the full step at the design wavelength.");
}

BlazedGrating::BlazedGrating(const Params& params, const BuildContext& context)
    : ruling_(params, context, true), depth_(context, "depth", params.depth, LeafUnit{"rad"}) {}

at::Tensor BlazedGrating::height_m(const Grid& grid, const SurfaceScale& scale) const {
  const at::Tensor cycles = ruling_.cycles(grid);
  const at::Tensor tooth = cycles - cycles.detach().floor();
  return tooth * (depth_.si() * scale.m_per_rad());
}

}  // namespace parfocal::optics
