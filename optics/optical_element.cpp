// SPDX-License-Identifier: Apache-2.0
#include "optics/optical_element.h"

#include <string>

#include "core/tensor/tensor_checks.h"

namespace parfocal::optics {

void check_field(std::string_view name, const at::Tensor& field, const Beam& beam) {
  const bool single = field.defined() && field.scalar_type() == at::kComplexFloat;
  check_trailing(std::string(name) + ", field", field,
                 single ? at::kComplexFloat : at::kComplexDouble, {beam.grid.n_y, beam.grid.n_x});
}

}  // namespace parfocal::optics
