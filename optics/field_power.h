// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace parfocal::optics {

/// Power of a field, summed over pixels of side x side samples.
///
///   p_ij = sum over the samples of pixel ij of |U|^2
///
/// Layout:     U complex [..., side n_y, side n_x]; p [..., n_y, n_x].
/// Precision:  that of the field.
/// Invariants: differentiable, as often as asked; on a CPU one pass over the field each way.
/// Errors:     LogicError for a real field or one that the pixels do not divide.
/// Tested by:  tests/optics/field_power_test.cpp.
[[nodiscard]] at::Tensor field_power(const at::Tensor& field, std::int64_t side = 1);

}  // namespace parfocal::optics
