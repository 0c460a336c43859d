// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

#include "core/operators/operator.h"

namespace parfocal::test {

using TensorMap = std::function<at::Tensor(const at::Tensor&)>;

/// |<A x, y> - <x, A* y>| / (|A x| |y|), inner products <a, b> = sum conj(a) b in double.
///
/// If only one side is complex, A is linear over the reals and the real parts are compared. NaN
/// where anything is not a number or A x = 0.
/// Tested by: tests/core/tensor/adjoint_gap_test.cpp (wrong adjoints).
[[nodiscard]] double adjoint_gap(const TensorMap& forward, const TensorMap& adjoint,
                                 const at::Tensor& x, const at::Tensor& y);
/// For seeded normal x and y of batch 2.
[[nodiscard]] double adjoint_gap(const LinearOperator& op, std::uint64_t seed = 1,
                                 at::Device device = at::kCPU);

/// What rounding allows: 1e-12 in double precision, 1e-5 in single.
[[nodiscard]] double adjoint_tolerance(at::ScalarType dtype);

/// Seeded normal numbers, real and imaginary part alike.
[[nodiscard]] at::Tensor random_normal(at::IntArrayRef shape, at::ScalarType dtype,
                                       std::uint64_t seed, at::Device device = at::kCPU);

}  // namespace parfocal::test
