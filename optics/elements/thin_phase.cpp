// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/thin_phase.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/scalar_tensor.h>

#include <numbers>

namespace parfocal::optics {

at::Tensor thin_phase(const at::Tensor& height_m, double index, const Beam& beam) {
  return thin_phase(height_m, at::scalar_tensor(index, height_m.options()), beam);
}

at::Tensor thin_phase(const at::Tensor& height_m, const at::Tensor& index, const Beam& beam) {
  const at::Tensor wavelength_m = beam.wavelength().to(height_m.device());
  return height_m * ((index - beam.index_medium) / wavelength_m * (2.0 * std::numbers::pi));
}

at::Tensor delayed(const at::Tensor& field, const at::Tensor& phase) {
  return field * at::polar(at::ones_like(phase), phase).to(field.scalar_type());
}

}  // namespace parfocal::optics
