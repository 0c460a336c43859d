// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "solvers/record_stage.h"

namespace parfocal::solvers {

/// [channel, n_y, n_x] -> float64 [point, channel] on the CPU, contiguous.
[[nodiscard]] at::Tensor rows_of(const at::Tensor& image);

/// The inverse of `rows_of`, with device and dtype of `like`.
[[nodiscard]] at::Tensor image_of(const at::Tensor& rows, const at::Tensor& like);

/// The mask of item `i` as rows; ones where the record has none.
[[nodiscard]] at::Tensor counting_rows(const StageRecord& record, std::int64_t i);

/// The point that shows best what happens to a spectrum: the one of median total signal.
[[nodiscard]] std::int64_t typical_point(const at::Tensor& rows);

/// A curve over the axis of the record: Raman shift in 1/cm, or the number of the channel.
[[nodiscard]] Curve spectrum_curve(const StageRecord& record, std::string diagram, std::string name,
                                   const at::Tensor& values);

}  // namespace parfocal::solvers
