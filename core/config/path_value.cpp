// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <optional>

#include "core/config/schema.h"

namespace parfocal {
namespace {

bool is_name_character(char c, bool first) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  return letter || (!first && c >= '0' && c <= '9');
}

bool is_variable_name(std::string_view name) {
  if (name.empty()) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!is_name_character(name[i], i == 0)) return false;
  }
  return true;
}

/// Replaces each ${NAME}; on failure reports and returns nothing.
std::optional<std::string> expand_variables(const Node& node, ReadContext& context) {
  const std::string& text = node.scalar;
  std::string expanded;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, 2, "${") != 0) {
      expanded += text[at++];
      continue;
    }
    const std::size_t close = text.find('}', at);
    const std::string name =
        text.substr(at + 2, close == std::string::npos ? close : close - at - 2);
    if (close == std::string::npos || !is_variable_name(name)) {
      context.error(node, "environment",
                    "expected ${NAME} with the name of an environment variable");
      return std::nullopt;
    }
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') {
      context.error(node, "environment", "environment variable " + name + " is not set",
                    "export " + name + "=..., or give the path itself");
      return std::nullopt;
    }
    expanded += value;
    at = close + 1;
  }
  return expanded;
}

}  // namespace

bool codec_detail::read_path(const Node& node, ReadContext& context, std::filesystem::path& value) {
  if (!node.is_scalar() || node.scalar.empty()) {
    context.error(node, "type",
                  node.is_null() ? "has no value; expected a path" : "expected a path");
    return false;
  }
  const std::optional<std::string> text = expand_variables(node, context);
  if (!text) return false;
  // What a variable holds is as the shell means it: relative to the working folder. So are
  // overrides.
  const bool from_shell = node.scalar.starts_with("${") || node.where.line <= 0;
  const std::filesystem::path base =
      from_shell ? std::filesystem::path() : std::filesystem::path(node.where.file).parent_path();
  value = std::filesystem::absolute(base / *text).lexically_normal();
  return true;
}

}  // namespace parfocal
