// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/units/units.h"

namespace parfocal {

/// What a person writes for a quantity ("532 nm", "30 deg", "1000 1/cm") to SI and back.
///
/// The factor of the unit is applied to the digit string before conversion, so a value is rounded
/// once: "100 nm" is exactly the double nearest 1e-7; so are min, h, eV and KiB. Only the units
/// that pi defines (deg, arcmin, arcsec) and the offset of degC act on the correctly rounded
/// number. Invariants: parse(format(x)) == x bit for bit, for every finite x and every dimension.
/// Errors:     none thrown; a failed parse carries the rule and a remedy.
/// Tested by:  tests/core/config/quantity_text_test.cpp (exact rational arithmetic).
struct QuantityParse {
  std::optional<double> si;
  std::string rule;  ///< On failure: 'expected a length with a unit, for example "532 nm"'.
  std::string hint;  ///< On failure: 'did you mean "532 nm"?'; may be empty.
};
[[nodiscard]] QuantityParse parse_quantity(std::string_view text, Dimension dimension);

/// Shortest text that parses back to `si`, in the most readable unit of its dimension.
[[nodiscard]] std::string format_quantity(double si, Dimension dimension);

/// Units accepted for a dimension, best known first ("m", "cm", "mm", "um", ...).
[[nodiscard]] std::vector<std::string> units_of(Dimension dimension);

/// Number without dimension; rejects hex, octal, "nan", "inf", a trailing rest and overflow.
[[nodiscard]] std::optional<double> parse_real(std::string_view text);
[[nodiscard]] std::optional<long long> parse_integer(std::string_view text);
[[nodiscard]] std::string format_real(double value);

}  // namespace parfocal
