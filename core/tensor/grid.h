// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace parfocal {

/// A regular grid of samples in a plane.
///
///   y(i) = (i - origin_y) pitch_y,   x(j) = (j - origin_x) pitch_x
///
/// Convention: index (0, 0) is top left, y down, x right; sample centres at integers.
/// Units:      pitches in metres; origins in samples (may be half-integer).
/// Invariants: neither square nor isotropic is assumed anywhere.
/// Tested by:  tests/core/tensor/grid_test.cpp.
struct Grid {
  std::int64_t n_y = 0;
  std::int64_t n_x = 0;
  double pitch_y_m = 0.0;
  double pitch_x_m = 0.0;
  double origin_y = 0.0;
  double origin_x = 0.0;

  /// Origin at floor(n / 2), the index of zero frequency after an fftshift.
  static Grid centred(std::int64_t n_y, std::int64_t n_x, double pitch_y_m, double pitch_x_m);

  [[nodiscard]] double y_m(std::int64_t i) const {
    return (static_cast<double>(i) - origin_y) * pitch_y_m;
  }
  [[nodiscard]] double x_m(std::int64_t j) const {
    return (static_cast<double>(j) - origin_x) * pitch_x_m;
  }

  /// "15 x 22, pitch 0.65 um x 0.8 um".
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Grid&, const Grid&) = default;
};

}  // namespace parfocal
