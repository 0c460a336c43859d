// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace parfocal::optics {

/// Sum over all axes but the first: [batch, ...] -> [batch].
[[nodiscard]] at::Tensor sum_per_item(const at::Tensor& values);

/// 1 where `counts` is finite, else 0, in the dtype of the counts: NaN marks a dead pixel.
[[nodiscard]] at::Tensor counted(const at::Tensor& counts);

/// The counts with 0 in place of NaN and infinity, so that weight 0 times value is 0.
[[nodiscard]] at::Tensor without_dead(const at::Tensor& counts);

}  // namespace parfocal::optics
