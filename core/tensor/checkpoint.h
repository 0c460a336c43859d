// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace parfocal {

using TensorFunction = std::function<at::Tensor(const std::vector<at::Tensor>&)>;

/// f(inputs) that keeps only its inputs for the backward pass and computes f once more there:
/// memory for time, in long unrolled loops.
///
/// Invariants: value and gradient are those of f itself, bit by bit; f must be pure (a random f
///             would differ in its second run).
/// Errors:     LogicError where a second derivative is asked for. Gradients flow to `inputs` only,
///             and to the leaves of `captured`, which f reads itself; to nothing else that f
///             captured.
/// Tested by:  tests/core/tensor/checkpoint_test.cpp.
[[nodiscard]] at::Tensor checkpoint(const TensorFunction& f, const std::vector<at::Tensor>& inputs,
                                    const std::vector<at::Tensor>& captured = {});

}  // namespace parfocal
