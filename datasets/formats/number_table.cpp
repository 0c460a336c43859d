// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/number_table.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "datasets/formats/input_file.h"

namespace parfocal::formats {
namespace {

constexpr std::uint64_t kLargest = std::uint64_t{4} << 30;

std::string whole_text(const std::filesystem::path& path) {
  const InputFile file(path);
  if (file.size() > kLargest) refuse(path, "a table of more than 4 GiB; split it");
  std::string text(file.size(), '\0');
  file.read_at(0, std::as_writable_bytes(std::span(text)));
  return text;
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\r' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The separator of a line: the first of tab, semicolon, comma that it holds, else blanks.
char separator_of(std::string_view line) {
  for (const char candidate : {'\t', ';', ','}) {
    if (line.find(candidate) != std::string_view::npos) return candidate;
  }
  return ' ';
}

std::vector<std::string_view> cells_of(std::string_view line, char separator) {
  std::vector<std::string_view> cells;
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (separator == ' ') line = trimmed(line);
  std::size_t begin = 0;
  while (begin <= line.size()) {
    const std::size_t end = std::min(line.find(separator, begin), line.size());
    const std::string_view cell = trimmed(line.substr(begin, end - begin));
    if (separator != ' ' || !cell.empty()) cells.push_back(cell);
    begin = end + 1;
  }
  return cells;
}

std::optional<double> number_of(std::string_view cell) {
  if (cell.empty() || cell == "NA" || cell == "nan" || cell == "NaN" || cell == "NAN") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (cell.front() == '+') cell.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size()) return std::nullopt;
  return value;
}

/// Whether no cell of a line is a number: names of columns.
bool is_heading(const std::vector<std::string_view>& cells) {
  for (const std::string_view cell : cells) {
    const std::optional<double> number = number_of(cell);
    if (number && !std::isnan(*number)) return false;
  }
  return true;
}

void add_row(const std::filesystem::path& path, std::int64_t line,
             const std::vector<std::string_view>& cells, NumberTable& table) {
  const auto count = static_cast<std::int64_t>(cells.size());
  if (table.columns == 0) table.columns = count;
  if (count != table.columns) {
    refuse(path, fmt::format("line {}: {} cells, but the rows before it have {}", line, count,
                             table.columns));
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::optional<double> number = number_of(cells[i]);
    if (!number) {
      refuse(path, fmt::format("line {}, cell {}: \"{}\" is not a number", line, i + 1,
                               cells[i].substr(0, 40)));
    }
    table.values.push_back(*number);
  }
  table.lines.push_back(line);
}

}  // namespace

NumberTable read_number_table(const std::filesystem::path& path) {
  const std::string text = whole_text(path);
  NumberTable table;
  std::int64_t line_number = 0;
  std::size_t begin = 0;
  std::optional<char> separator;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    ++line_number;
    if (trimmed(line).empty() || trimmed(line).front() == '#') continue;
    if (!separator) separator = separator_of(line);
    const std::vector<std::string_view> cells = cells_of(line, *separator);
    if (table.rows() == 0 && table.heading.empty() && is_heading(cells)) {
      table.heading.assign(cells.begin(), cells.end());
      table.columns = static_cast<std::int64_t>(cells.size());
      continue;
    }
    add_row(path, line_number, cells, table);
  }
  if (table.rows() == 0) refuse(path, "no row of numbers");
  return table;
}

}  // namespace parfocal::formats
