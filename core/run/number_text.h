// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace parfocal {

/// A double with 17 significant digits, as JSON and CSV accept it and independent of the locale: it
/// reads back to the same bits. \throws NumericError naming `what` for NaN and infinity.
[[nodiscard]] std::string number_text(double value, const std::string& what);

/// A JSON string literal with its quotes; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_string(const std::string& text);

/// A CSV field by RFC 4180: quoted only where it must be.
[[nodiscard]] std::string csv_field(const std::string& text);

/// "name [unit]", or "name" for a bare number.
[[nodiscard]] std::string with_unit(const std::string& name, const std::string& unit);

}  // namespace parfocal
