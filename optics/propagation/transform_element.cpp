// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/transform_element.h"

namespace parfocal::optics {

at::Tensor TransformElement::apply(const at::Tensor& field, const Beam& beam) const {
  return cross(field, beam, [&](const Gap& gap, at::ScalarType dtype) {
    return std::make_shared<const FourierSum>(
        fourier_propagation(type_, gap, output_, chirps_, dtype));
  });
}

Beam TransformElement::after(const Beam& beam) const {
  Beam behind = beam;
  behind.grid = output_grid(gap_of(beam, at::kCPU), output_);
  return behind;
}

}  // namespace parfocal::optics
