// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/binary_grating.h"

#include <ATen/TensorOperators.h>

namespace parfocal::optics {

void BinaryGrating::describe(Schema<Params>& s) {
  s.summary("A surface of a phase mask with two heights: a binary grating.");
  s.equation(
      "phase = depth where mod(c, 1) < fill, else 0,   c = (x cos(angle) + y sin(angle) - shift) / "
      "period");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, section 4.4");
  s.convention("Decided at the centre of each sample.");
  s.gradient("exact");
  GratingRuling::describe(s, false);
  s.key("depth", &Params::depth)
      .trainable("rad")
      .doc("Phase of the lines at the design wavelength.");
  s.key("fill", &Params::fill).above(0.0).below(1.0).doc("Share of a period that the line fills.");
}

BinaryGrating::BinaryGrating(const Params& params, const BuildContext& context)
    : ruling_(params, context, false),
      depth_(context, "depth", params.depth, LeafUnit{"rad"}),
      fill_(params.fill) {}

at::Tensor BinaryGrating::height_m(const Grid& grid, const SurfaceScale& scale) const {
  const at::Tensor cycles = ruling_.cycles(grid);
  const at::Tensor line = (cycles - cycles.floor()) < fill_;
  return line.to(at::kDouble) * (depth_.si() * scale.m_per_rad());
}

}  // namespace parfocal::optics
