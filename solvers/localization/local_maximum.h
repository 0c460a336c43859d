// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace parfocal::solvers {

/// One frame, packed; beyond its border the value of the nearest pixel.
struct PackedFrame {
  const double* values;
  std::int64_t n_y, n_x;

  [[nodiscard]] double at(std::int64_t y, std::int64_t x) const {
    return values[std::clamp<std::int64_t>(y, 0, n_y - 1) * n_x +
                  std::clamp<std::int64_t>(x, 0, n_x - 1)];
  }
};

/// Whether no pixel of the box around (y, x), which lies inside the frame, is larger; of equal ones
/// the first in raster order is the maximum, so that an even background has none.
/// Tested by: tests/solvers/localization_test.cpp.
[[nodiscard]] inline bool is_maximum(const PackedFrame& frame, std::int64_t y, std::int64_t x,
                                     std::int64_t half) {
  const double value = frame.values[y * frame.n_x + x];
  for (std::int64_t i = y - half; i <= y + half; ++i) {
    const double* row = frame.values + i * frame.n_x;
    for (std::int64_t j = x - half; j <= x + half; ++j) {
      const bool before = i < y || (i == y && j < x);
      if (before ? row[j] >= value : row[j] > value) return false;
    }
  }
  return true;
}

}  // namespace parfocal::solvers
