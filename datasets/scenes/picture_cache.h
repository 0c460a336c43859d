// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>

namespace parfocal::datasets {

/// Decoded pictures in memory, so that a training reads each file once.
///
/// Kept until `max_bytes` are full; what does not fit any more is read again each time, and nothing
/// is ever thrown out: where every picture is asked for once per epoch in a random order, no other
/// rule finds more of them.
/// Layout:     any shape; kept in the smallest of uint8, int16, int32, float32 and float64 that
///             holds every number exactly.
/// Invariants: what is found equals what `read` gave, number by number; calls from several threads are
///             safe.
/// Tested by:  tests/datasets/picture_cache_test.cpp.
class PictureCache {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{512} << 20;

  explicit PictureCache(std::size_t max_bytes = kMaxBytes) : max_bytes_(max_bytes) {}

  /// The numbers of `file`, of the type in which they are kept; `read` gives them in float64.
  [[nodiscard]] at::Tensor find_or_read(const std::filesystem::path& file,
                                        const std::function<at::Tensor()>& read);
  [[nodiscard]] std::size_t bytes() const;

 private:
  std::size_t max_bytes_, bytes_ = 0;
  mutable std::mutex mutex_;
  std::map<std::filesystem::path, at::Tensor> pictures_;
};

}  // namespace parfocal::datasets
