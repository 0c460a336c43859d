// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/config/node.h"

namespace parfocal {

/// Whether an unquoted scalar would be read as something else than text: a number, a truth value of
/// some YAML reader ("yes", "off"), or null.
[[nodiscard]] bool looks_typed(std::string_view text);

/// The scalar as `write_yaml` puts it: plain where that reads back unchanged, else in double
/// quotes.
[[nodiscard]] std::string yaml_scalar(std::string_view text, bool keep_quotes = false);

/// Scalars and lists of scalars as one line: "532 nm", "[1, 2]"; a map as "{a: 1}".
[[nodiscard]] std::string inline_text(const Node& node);

/// A value as messages show it: numbers and truth values bare, text in quotes, long text cut.
[[nodiscard]] std::string shown_value(const Node& node);

}  // namespace parfocal
