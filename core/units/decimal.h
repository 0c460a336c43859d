// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parfocal {

/// A decimal number exactly as written: (-1)^negative * digits * 10^exponent.
struct Decimal {
  bool negative = false;
  std::string digits;  ///< At least one; no leading zeros except "0" itself.
  long long exponent = 0;

  /// `*this * factor`, exactly.
  [[nodiscard]] Decimal times(std::uint64_t factor) const;
  /// The nearest double; nothing if it overflows, or underflows to zero.
  [[nodiscard]] std::optional<double> to_double() const;
  /// Plain digits where they are short, else scientific: "0.25", "1e-7".
  [[nodiscard]] std::string text() const;

  /// The shortest decimal that reads back as `value` (finite).
  [[nodiscard]] static Decimal shortest(double value);
};

/// Reads `[+-] digits [. digits] [e [+-] digits]` at the start of `text`; `length` receives the
/// number of characters used. No hexadecimal, no "nan", no "inf", no leading zeros ("0777").
[[nodiscard]] std::optional<Decimal> scan_decimal(std::string_view text, std::size_t& length);

}  // namespace parfocal
