// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace parfocal {

/// The value of `quantised`, bit by bit, with the gradient of `source`: d result / d source = 1.
///
/// Y. Bengio et al., "Estimating or propagating gradients through stochastic neurons", 2013, sec. 4
///
/// Invariants: no gradient reaches `quantised`; both have the same shape, dtype and device.
/// Tested by:  tests/core/tensor/straight_through_test.cpp.
[[nodiscard]] at::Tensor straight_through(const at::Tensor& source, const at::Tensor& quantised);

}  // namespace parfocal
