// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace parfocal {

/// What the program says: results on stdout (text, or JSON lines under --json), everything else on
/// stderr. Colour only on a terminal and without NO_COLOR.
class Console {
 public:
  bool json = false;
  int verbosity = 0;  ///< -1 quiet (errors only), 0 normal, 1 verbose.

  /// One JSON object on one line of stdout.
  void result(const nlohmann::json& object) const;
  /// Text on stdout, with a line feed if it has none.
  void text(std::string_view text) const;
  /// A line on stderr; `note` is silent under -q, `detail` speaks under -v.
  void note(std::string_view line) const;
  void detail(std::string_view line) const;
  void warning(std::string_view line) const;
  void error(std::string_view text) const;

  [[nodiscard]] static bool stderr_is_terminal();
  [[nodiscard]] static bool stderr_has_colour();
};

}  // namespace parfocal
