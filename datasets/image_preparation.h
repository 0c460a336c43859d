// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "core/operators/image_file.h"

namespace parfocal::datasets {

/// The steps between a raw image and the numbers a model meets.
///
/// Layout:     [frames, channel, n_y, n_x]; every step treats each frame on its own, so that a
///             stack read in blocks gives the same numbers as one read whole.
/// Errors:     DataError naming the image's path in the experiment, the value and the limit.
/// Tested by:  tests/datasets/image_files_test.cpp.

/// Mean of a window per frame and channel, [frames, channel, 1, 1].
[[nodiscard]] at::Tensor window_mean(const at::Tensor& image, const DarkLevel::Window& window,
                                     const std::string& path);

/// The window [y0, y1) x [x0, x1).
[[nodiscard]] at::Tensor crop(const at::Tensor& image, const std::array<std::int64_t, 4>& window,
                              const std::string& path);

/// Mean over blocks of `factor` x `factor` pixels; both sizes must be multiples.
[[nodiscard]] at::Tensor bin_mean(const at::Tensor& image, std::int64_t factor,
                                  const std::string& path);
/// True where any pixel of the block is true.
[[nodiscard]] at::Tensor bin_any(const at::Tensor& flags, std::int64_t factor,
                                 const std::string& path);

/// What each frame is divided by, [frames, 1, 1, 1], over all its channels.
[[nodiscard]] at::Tensor normalizer(const at::Tensor& image, ImageFile::Normalize rule,
                                    const std::string& path);

}  // namespace parfocal::datasets
