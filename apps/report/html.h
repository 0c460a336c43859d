// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace parfocal::report {

/// Text as it may stand in an element or in a quoted attribute: & < > " ' and control characters
/// that HTML forbids are replaced.
[[nodiscard]] std::string escape(std::string_view text);

/// A number as people read it: six significant digits, whole numbers below 10^9 in full.
[[nodiscard]] std::string short_number(double value);

/// The whole document: head with the content security policy, style, `body`, script.
///
/// Nothing is loaded from anywhere; the one inline script is allowed by its SHA-256.
[[nodiscard]] std::string page(std::string_view title, std::string_view body);

}  // namespace parfocal::report
