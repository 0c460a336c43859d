// SPDX-License-Identifier: Apache-2.0
#include "core/config/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

namespace parfocal {
namespace {

constexpr std::uintmax_t kExcerptLimit = 5'000'000;
constexpr std::size_t kExcerptWidth = 160;

using Lines = std::vector<std::string>;

Lines read_lines(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return {};
  if (std::filesystem::file_size(file, error) > kExcerptLimit || error) return {};
  std::ifstream stream(file);
  Lines lines;
  for (std::string line; std::getline(stream, line);) {
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

/// Byte offset of a column, which counts characters from 1.
std::size_t byte_offset(const std::string& line, int column) {
  std::size_t at = 0;
  for (int left = column - 1; left > 0 && at < line.size(); --left) {
    ++at;
    while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0) == 0x80) ++at;
  }
  return at;
}

/// Characters from `at` to the end of the value that starts there.
std::size_t value_width(const std::string& line, std::size_t at) {
  if (at >= line.size()) return 1;
  std::size_t end = line.size();
  if (line[at] == '"' || line[at] == '\'') {
    const std::size_t close = line.find(line[at], at + 1);
    if (close != std::string::npos) end = close + 1;
  } else {
    end = std::min(
        {line.find_first_of(",]}", at + 1), line.find(": ", at), line.find(" #", at), line.size()});
    if (end == line.size() && line.ends_with(':')) --end;
  }
  while (end > at + 1 && line[end - 1] == ' ') --end;
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  const auto from = line.begin() + static_cast<std::ptrdiff_t>(at);
  const auto to = line.begin() + static_cast<std::ptrdiff_t>(std::max(end, at + 1));
  return static_cast<std::size_t>(std::count_if(from, to, is_start));
}

std::string excerpt(const SourceLocation& where, const Lines& lines) {
  if (where.line <= 0 || static_cast<std::size_t>(where.line) > lines.size()) return "";
  const std::string& line = lines[static_cast<std::size_t>(where.line - 1)];
  if (line.size() > kExcerptWidth) return "";
  const std::size_t width = value_width(line, byte_offset(line, where.column));
  return fmt::format("{:>5} | {}\n      | {}^{}\n", where.line, line,
                     std::string(static_cast<std::size_t>(std::max(where.column - 1, 0)), ' '),
                     std::string(std::max<std::size_t>(width, 1) - 1, '~'));
}

std::string describe(const std::vector<Diagnostic>& diagnostics) {
  std::map<std::string, Lines> files;
  std::string text;
  for (const Diagnostic& d : diagnostics) {
    const auto [entry, is_new] = files.try_emplace(d.where.file);
    if (is_new && d.where.line > 0) entry->second = read_lines(d.where.file);
    if (!text.empty()) text += "\n";
    text += d.where.text() + ": error: " + d.message + "\n" + excerpt(d.where, entry->second);
    for (const std::string& includer : d.where.included_from) {
      text += "   included from " + includer + "\n";
    }
    if (!d.hint.empty()) text += "   hint: " + d.hint + "\n";
    text.pop_back();
  }
  return text;
}

}  // namespace

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> result = found_;
  std::ranges::stable_sort(result, [](const Diagnostic& a, const Diagnostic& b) {
    // What was given on the command line comes after what stands in files.
    const auto position = [](const Diagnostic& d) {
      return std::tuple(d.where.line <= 0, std::string_view(d.where.file), d.where.line,
                        d.where.column);
    };
    return position(a) < position(b);
  });
  return result;
}

void Diagnostics::throw_if_any() const {
  if (!found_.empty()) throw ConfigError(sorted());
}

ConfigError::ConfigError(std::vector<Diagnostic> diagnostics)
    : UsageError(describe(diagnostics)), diagnostics_(std::move(diagnostics)) {}

std::string ConfigError::json() const {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Diagnostic& d : diagnostics_) {
    list.push_back({{"file", d.where.file},
                    {"line", d.where.line},
                    {"col", d.where.column},
                    {"key", d.path},
                    {"code", d.code},
                    {"message", d.message},
                    {"hint", d.hint}});
  }
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace parfocal
