// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <vector>

#include "core/units/units.h"

namespace parfocal::optics {

/// Values of an experiment as a float64 tensor in SI.
template <Dimension D>
[[nodiscard]] at::Tensor si_values(const std::vector<Quantity<D>>& quantities) {
  at::Tensor values = at::empty({static_cast<std::int64_t>(quantities.size())}, at::kDouble);
  double* value = values.mutable_data_ptr<double>();
  for (const Quantity<D>& quantity : quantities) *value++ = quantity.si();
  return values;
}

/// The values of a float64 vector, without gradients.
[[nodiscard]] inline std::vector<double> numbers_of(const at::Tensor& vector) {
  const at::Tensor values = vector.detach().cpu().contiguous();
  const double* first = values.const_data_ptr<double>();
  return {first, first + values.numel()};
}

}  // namespace parfocal::optics
