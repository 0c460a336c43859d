// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace parfocal::learned {

/// The inverse of Fisher matrices whose parameters have different units, [..., n, n].
///
/// Precision:  scaled to a unit diagonal, 1e-12 of which is added; Cholesky.
/// Invariants: differentiable.
/// Tested by:  tests/learned/losses/emitter_bound_test.cpp.
[[nodiscard]] at::Tensor inverse_information(const at::Tensor& fisher);

}  // namespace parfocal::learned
