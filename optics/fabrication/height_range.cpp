// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/height_range.h"

#include <ATen/TensorOperators.h>

#include "optics/fabrication/height_checks.h"

namespace parfocal::optics {

void HeightRange::describe(Schema<Params>& s) {
  s.summary("Heights between two bounds.");
  s.equation(
      "project: h' = min(max(h, lower), upper)\n"
      "penalty: mean (h - h')^2 / (upper - lower)^2");
  s.convention("The bounds are those of the workshop; they are given, not trained.");
  s.gradient("surrogate: quantize passes the gradient, dq/dh = 1; project and penalty are exact");
  s.key("lower", &Params::lower).doc("Lowest height.");
  s.key("upper", &Params::upper).required().doc("Greatest height.");
  s.check([](const Params& p) -> std::string {
    return p.lower < p.upper ? "" : "upper: expected more than lower";
  });
}

HeightRange::HeightRange(const Params& params, const BuildContext&)
    : lower_m_(params.lower.m()), upper_m_(params.upper.m()) {}

at::Tensor HeightRange::project(const at::Tensor& height, const Grid& grid) const {
  check_heights("height_range", height, grid);
  return height.clamp(lower_m_, upper_m_);
}

at::Tensor HeightRange::penalty(const at::Tensor& height, const Grid& grid) const {
  return ((height - project(height, grid)) / (upper_m_ - lower_m_)).square().mean();
}

}  // namespace parfocal::optics
