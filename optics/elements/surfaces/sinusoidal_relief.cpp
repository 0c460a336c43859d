// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/sinusoidal_relief.h"

#include <ATen/TensorOperators.h>

namespace parfocal::optics {

void SinusoidalRelief::describe(Schema<Params>& s) {
  s.summary("A sinusoidal surface of a phase mask.");
  s.equation(
      "phase = depth (1 + cos(2 pi c)) / 2,   c = (x cos(angle) + y sin(angle) - shift) / period");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, section 4.4.4");
  s.convention("Highest on the axis where shift is 0; depth from valley to peak.");
  s.gradient("exact");
  GratingRuling::describe(s, true);
  s.key("depth", &Params::depth)
      .trainable("rad")
      .doc("Phase from valley to peak at the design wavelength.");
}

SinusoidalRelief::SinusoidalRelief(const Params& params, const BuildContext& context)
    : ruling_(params, context, true), depth_(context, "depth", params.depth, LeafUnit{"rad"}) {}

at::Tensor SinusoidalRelief::height_m(const Grid& grid, const SurfaceScale& scale) const {
  const at::Tensor wave = (ruling_.cycles(grid) * (2.0 * std::numbers::pi)).cos();
  return (wave + 1.0) * (depth_.si() * (0.5 * scale.m_per_rad()));
}

}  // namespace parfocal::optics
