// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "core/operators/parameter_tree.h"
#include "learned/networks/layers.h"
#include "tests/learned/networks/built_network.h"

namespace parfocal::test {

/// The layers by loops over pixels and channels, in float64. A bias may be undefined.
struct DirectConvolution {
  std::int64_t stride = 1, dilation = 1;
  learned::Padding padding = learned::Padding::kZeros;
};
[[nodiscard]] at::Tensor direct_convolution(const at::Tensor& x, const at::Tensor& weight,
                                            const at::Tensor& bias,
                                            const DirectConvolution& how = {});
[[nodiscard]] at::Tensor direct_transposed(const at::Tensor& x, const at::Tensor& weight,
                                           const at::Tensor& bias);
[[nodiscard]] at::Tensor direct_max_pool(const at::Tensor& x);

/// The layer whose leaves are NAME.weight and, where there, NAME.bias.
[[nodiscard]] at::Tensor direct_layer(const BuiltNetwork& built, const std::string& name,
                                      const at::Tensor& x, const DirectConvolution& how = {});
[[nodiscard]] at::Tensor direct_up(const BuiltNetwork& built, const std::string& name,
                                   const at::Tensor& x);

/// Fills biases, which start at 0, with seeded numbers.
void draw_biases(const BuiltNetwork& built);

}  // namespace parfocal::test
