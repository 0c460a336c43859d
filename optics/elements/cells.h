// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "core/tensor/grid.h"

namespace parfocal::optics {

/// Share of each sample that lies in the open middle of each cell of a row, [n_samples, n_cells]:
///
///   S[i, k] = |[x_i - p/2, x_i + p/2] and [c_k - w/2, c_k + w/2]| / p,    c_k = (k - floor(n/2)) c
///
/// Convention: cell floor(n / 2) lies on the axis; p sample pitch, c cell pitch, w <= c open width.
/// Precision:  float64; differentiable in `open_m`.
/// Tested by:  tests/optics/elements/coded_pattern_test.cpp.
[[nodiscard]] at::Tensor cell_shares(const at::Tensor& sample_m, double sample_pitch_m,
                                     std::int64_t cells, double cell_pitch_m,
                                     const at::Tensor& open_m);

/// Mean over each sample of `grid` of a pattern of square cells [n_y, n_x]; 0 outside of them.
[[nodiscard]] at::Tensor cells_on(const Grid& grid, const at::Tensor& cells, double cell_pitch_m);

}  // namespace parfocal::optics
