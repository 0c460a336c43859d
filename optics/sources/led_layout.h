// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/config/schema.h"

namespace parfocal::optics {

/// LEDs on a rectangular grid, row by row.
struct LedGrid {
  std::array<std::int64_t, 2> size{};  ///< [y, x]
  std::array<Length, 2> pitch{};       ///< [y, x]
  static void describe(Schema<LedGrid>& s);
};

/// LEDs on rings around the centre, from the inside out.
struct LedRings {
  std::vector<std::int64_t> counts;
  Length spacing;
  static void describe(Schema<LedRings>& s);
};

/// One place of an LED in the plane of the board, metres.
struct LedPlace {
  double y_m = 0.0, x_m = 0.0;
};

/// grid:  LED (i, j) at ((i - floor(n_y / 2)) pitch_y, (j - floor(n_x / 2)) pitch_x)
/// rings: LED q of ring r at the radius r spacing and the angle 2 pi q / counts_r from x towards y
///
/// Tested by:  tests/optics/sources/led_array_test.cpp.
[[nodiscard]] std::vector<LedPlace> places_of(const LedGrid& grid);
[[nodiscard]] std::vector<LedPlace> places_of(const LedRings& rings);

/// Turned by `rotation` from x towards y, then moved.
[[nodiscard]] LedPlace posed(const LedPlace& place, Angle rotation,
                             const std::array<Length, 2>& offset);

/// Which of the LEDs are lit.
struct LedSelection {
  std::optional<std::vector<std::int64_t>> lit;
  std::optional<std::array<double, 2>> na;
  std::optional<std::array<Angle, 2>> azimuth;

  /// `place` after posing. The azimuth range is half open; an LED on the axis has no azimuth.
  [[nodiscard]] bool contains(std::int64_t index, const LedPlace& place, double height_m) const;
};

}  // namespace parfocal::optics
