// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <complex>
#include <vector>

namespace parfocal {

/// Sums over whole tensors that do not depend on the number of threads: double accumulation in
/// blocks of 4,096 in order, then over the blocks in order.
///
/// Convention: <a, b> = sum conj(a) b.
/// Layout:     float32, float64, complex64, complex128; both arguments of one dtype, shape, device.
/// Tested by:  tests/core/tensor/inner_product_test.cpp.
[[nodiscard]] std::complex<double> inner_product(const at::Tensor& a, const at::Tensor& b);
[[nodiscard]] double squared_norm(const at::Tensor& a);
/// One number per item of the leading axis.
[[nodiscard]] std::vector<double> squared_norm_per_item(const at::Tensor& a);

}  // namespace parfocal
