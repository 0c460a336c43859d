// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/etch_depth.h"

#include <ATen/TensorOperators.h>

#include "optics/fabrication/height_checks.h"

namespace parfocal::optics {

void EtchDepth::describe(Schema<Params>& s) {
  s.summary("An error of the etch rate: all heights scale together.");
  s.equation("perturb: h' = h (1 + spread e),  e ~ N(0, 1), one draw per map");
  s.convention("A tolerance is measured at the workshop; it is given, not trained.");
  s.gradient("exact");
  s.key("spread", &Params::spread).at_least(0.0).below(1.0).doc("Standard deviation of the scale.");
}

EtchDepth::EtchDepth(const Params& params, const BuildContext&) : spread_(params.spread) {}

at::Tensor EtchDepth::perturb(const at::Tensor& height, const Grid& grid,
                              RandomStream& random) const {
  check_heights("etch_depth", height, grid);
  return height * (random.normal({1}, height.scalar_type(), height.device()) * spread_ + 1.0);
}

std::optional<Moments> EtchDepth::moments(const at::Tensor& height, const Grid&) const {
  return Moments{height, height.abs() * spread_};
}

}  // namespace parfocal::optics
