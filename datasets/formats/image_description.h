// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parfocal::formats {

/// The lines that ImageJ writes into the description of the first page.
///
/// Layout: pages run channel fastest, then slice, then frame.
struct ImageJDescription {
  std::optional<std::int64_t> images;
  std::int64_t channels = 1;
  std::int64_t slices = 1;
  std::int64_t frames = 1;
  std::string unit;
  std::optional<double> spacing;  ///< z step in `unit`
};

/// Nothing where the text does not start with "ImageJ=".
/// \throws std::invalid_argument for a count that is not a positive whole number.
[[nodiscard]] std::optional<ImageJDescription> parse_imagej(std::string_view description);

/// Decimal exponent of a length unit relative to the metre ("um", "µm", "micron" -> -6), or nothing
/// for units that are no length ("pixel").
[[nodiscard]] std::optional<int> exponent_of_unit(std::string_view unit);

/// `decimal` times 10^exponent, correctly rounded. \throws std::invalid_argument
[[nodiscard]] double scaled_decimal(std::string_view decimal, int exponent);

/// A whole number >= `least`. \throws std::invalid_argument naming `what`.
[[nodiscard]] std::int64_t whole_number(std::string_view text, std::string_view what,
                                        std::int64_t least);

}  // namespace parfocal::formats
