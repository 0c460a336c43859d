// SPDX-License-Identifier: Apache-2.0
#include "core/run/number_text.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace parfocal {

std::string number_text(double value, const std::string& what) {
  if (!std::isfinite(value)) {
    throw NumericError(fmt::format(
        "{} = {}: results hold finite numbers only; see the log for the first step that went wrong",
        what, value));
  }
  return fmt::format("{:.17g}", value);
}

std::string json_string(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string with_unit(const std::string& name, const std::string& unit) {
  return unit.empty() ? name : fmt::format("{} [{}]", name, unit);
}

}  // namespace parfocal
