// SPDX-License-Identifier: Apache-2.0
#include "optics/optical_element.h"

#include <ATen/ops/scalar_tensor.h>

#include <string>

#include "core/tensor/tensor_checks.h"

namespace parfocal::optics {

at::Tensor Beam::wavelength() const {
  return trained_wavelength.defined() ? trained_wavelength
                                      : at::scalar_tensor(wavelength_m, at::kDouble);
}

void check_field(std::string_view name, const at::Tensor& field, const Beam& beam) {
  const bool single = field.defined() && field.scalar_type() == at::kComplexFloat;
  check_trailing(std::string(name) + ", field", field,
                 single ? at::kComplexFloat : at::kComplexDouble, {beam.grid.n_y, beam.grid.n_x});
}

}  // namespace parfocal::optics
