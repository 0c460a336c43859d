// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/phase_map.h"

#include <ATen/TensorOperators.h>

namespace parfocal::optics {

void PhaseMap::describe(Schema<Params>& s) {
  s.summary("A surface of a phase mask, given by its phase at the design wavelength.");
  s.equation("height = value design_wavelength / (2 pi index_step), value in rad");
  s.convention("A delay is a positive phase; bilinear between the samples, 0 outside.");
  s.gradient("exact");
  s.block("image", &Params::image)
      .required()
      .trainable("rad")
      .doc("The file, in radians, and its preparation. The leaf is PATH.phase.");
}

PhaseMap::PhaseMap(const Params& params, const BuildContext& context)
    : PhaseMap(load_map(params.image, 1.0, context), context) {}

PhaseMap::PhaseMap(const SampledMap& map, const BuildContext& context)
    : path_(context.path),
      grid_(map.grid),
      phase_(context, "phase", map.values, at::kDouble, LeafUnit{"rad"}) {}

at::Tensor PhaseMap::height_m(const Grid& grid, const SurfaceScale& scale) const {
  return laid_on(phase_.si() * scale.m_per_rad(), grid_, grid, path_);
}

}  // namespace parfocal::optics
