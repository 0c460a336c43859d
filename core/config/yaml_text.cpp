// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/config/yaml_reader.h"

namespace parfocal {
namespace {

constexpr int kMostReports = 10;

// No file nests so deep; brackets in texts and comments may be unbalanced, but not by hundreds.
constexpr int kMostOpenBrackets = 1000;

/// Length of the UTF-8 character at the start of `rest`, 0 if it is not valid.
std::size_t character_length(std::string_view rest) {
  const auto byte = [&](std::size_t i) {
    return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) >= 0xA0;
    return !overlong && !surrogate && continues(1) && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool too_large = first == 0xF4 && byte(1) >= 0x90;
    return !overlong && !too_large && continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

std::string problem_at(std::string_view rest) {
  const char c = rest.front();
  if (c == '\0') return "NUL byte: this is no text file";
  if (c == '\r' && !rest.starts_with("\r\n")) return "carriage return without line feed";
  const auto byte = static_cast<unsigned char>(c);
  if ((byte < 0x20 && c != '\n' && c != '\t' && c != '\r') || byte == 0x7f) {
    return "control character: only text is accepted";
  }
  return character_length(rest) == 0 ? "invalid UTF-8: save the file as UTF-8" : "";
}

bool indents_with_tab(std::string_view line) {
  const std::size_t first = std::min(line.find_first_not_of(" \t"), line.size());
  if (first == line.size() || line[first] == '#' || line[first] == '\r') return false;
  return line.substr(0, first).find('\t') != std::string_view::npos;
}

}  // namespace

std::string checked_yaml_text(std::string_view bytes, const YamlSource& source,
                              Diagnostics& diagnostics) {
  std::string text;
  text.reserve(bytes.size() + 1);
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  SourceLocation where{source.file, 1, 1, source.included_from};
  int reports = 0, open_brackets = 0;
  const auto report = [&](const std::string& message) {
    if (++reports > kMostReports) return;
    SourceLocation place = where;
    if (!source.has_lines) place.line = place.column = 0;
    diagnostics.add({place, "", "encoding", message, ""});
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string_view rest = bytes.substr(at);
    if (where.column == 1 && indents_with_tab(rest.substr(0, rest.find('\n')))) {
      report("tab in the indentation: indent with spaces");
    }
    // The YAML library would queue up a token for each bracket before it tells us of the first.
    if (rest.front() == '[' || rest.front() == '{') ++open_brackets;
    if (rest.front() == ']' || rest.front() == '}') open_brackets = std::max(open_brackets - 1, 0);
    if (open_brackets > kMostOpenBrackets) {
      report("nesting too deep: at most " + std::to_string(YamlLimits::kDepth) + " levels");
      break;
    }
    const std::string problem = problem_at(rest);
    if (!problem.empty()) report(problem);
    const std::size_t length = std::max<std::size_t>(character_length(rest), 1);
    if (rest.front() != '\r') text += rest.substr(0, length);
    at += length;
    if (rest.front() == '\n') {
      ++where.line;
      where.column = 1;
    } else {
      ++where.column;
    }
  }
  return text;
}

}  // namespace parfocal
