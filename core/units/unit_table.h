// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/units/units.h"

namespace parfocal {

/// One unit and its map to SI: `multiplier * 10^exponent`, both exact. Angles of a circle are no
/// rational multiples of the radian: there `angle_factor` multiplies instead. `offset` is added
/// last.
struct Unit {
  std::string_view name;
  std::uint64_t multiplier = 1;
  int exponent = 0;
  double angle_factor = 0.0;
  double offset = 0.0;

  [[nodiscard]] bool is_decimal() const {
    return multiplier == 1 && angle_factor == 0.0 && offset == 0.0;
  }
};

/// Units accepted for a dimension, best known first; spellings of one unit stand side by side.
[[nodiscard]] std::span<const Unit> unit_table(Dimension dimension);

/// The dimensions that have a unit, in the order in which messages name them.
[[nodiscard]] std::span<const Dimension> dimensions_with_units();

/// Decimal units from large to small in which a value of the dimension is shown.
[[nodiscard]] std::span<const Unit> display_units(Dimension dimension);

/// A complete value for messages: "532 nm".
[[nodiscard]] std::string_view example_of(Dimension dimension);

}  // namespace parfocal
