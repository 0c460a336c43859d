// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <sstream>

#include "core/run/atomic_file.h"
#include "datasets/formats/emitter_tables.h"
#include "datasets/formats/input_file.h"

namespace parfocal::formats {
namespace {

/// file = (inside + shift) * scale
struct Link {
  const char* outside;
  const char* inside;
  const char* unit;
  double scale, shift;
};

std::vector<Link> links(double pitch_m) {
  const double nm = pitch_m * 1e9;
  return {{"frame", "frame", "", 1, 1},
          {"x [nm]", "x", "px", nm, 0.5},
          {"y [nm]", "y", "px", nm, 0.5},
          {"z [nm]", "z", "m", 1e9, 0},
          {"sigma [nm]", "sigma_x", "px", nm, 0},
          {"sigma1 [nm]", "sigma_x", "px", nm, 0},
          {"sigma2 [nm]", "sigma_y", "px", nm, 0},
          {"intensity [photon]", "photons", "e-", 1, 0},
          {"offset [photon]", "background", "e-/px", 1, 0},
          {"chi2", "deviance", "", 1, 0},
          {"uncertainty_xy [nm]", "deviation_x", "px", nm, 0},
          {"uncertainty [nm]", "deviation_x", "px", nm, 0},
          {"uncertainty_z [nm]", "deviation_z", "m", 1e9, 0}};
}

/// Cells of a line; a quoted one may hold commas.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

double number_of(const std::filesystem::path& path, std::size_t line, const std::string& column,
                 const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  refuse(path, fmt::format("line {}: {} = \"{}\": expected a number", line, column, text));
}

}  // namespace

void write_thunderstorm(const std::filesystem::path& path, const Table& table, double pitch_m) {
  std::string text = "\"id\"";
  std::vector<std::pair<Link, const std::vector<double>*>> columns;
  for (const Link& link : links(pitch_m)) {
    const std::string name = link.outside;
    const Table::Column* column = table.find(link.inside);
    if (column == nullptr || name.starts_with("sigma1") || name.starts_with("sigma2") ||
        name == "uncertainty [nm]") {
      continue;
    }
    text += ",\"" + name + "\"";
    columns.emplace_back(link, &column->values);
  }
  text += '\n';
  // Of both axes there is one uncertainty: the root mean square.
  const auto value_of = [&](const Link& link, const std::vector<double>& values, std::size_t row) {
    if (std::string_view(link.inside) != "deviation_x") return values[row];
    const double y = table.at("deviation_y")[row];
    return std::sqrt(0.5 * (values[row] * values[row] + y * y));
  };
  for (std::size_t row = 0; row < table.rows(); ++row) {
    text += fmt::format("{}", row + 1);
    for (const auto& [link, values] : columns) {
      const double value = (value_of(link, *values, row) + link.shift) * link.scale;
      const bool whole = std::string_view(link.inside) == "frame";
      text += whole ? fmt::format(",{:.0f}", value) : fmt::format(",{:.9g}", value);
    }
    text += '\n';
  }
  write_file_atomically(path, text);
}

Table read_thunderstorm(const std::filesystem::path& path, double pitch_m) {
  std::istringstream lines(read_whole_file(path));
  std::string line;
  if (!std::getline(lines, line)) refuse(path, "is empty");
  const std::vector<std::string> header = cells_of(line);
  std::vector<std::pair<std::size_t, Link>> known;
  Table table;
  for (std::size_t i = 0; i < header.size(); ++i) {
    for (const Link& link : links(pitch_m)) {
      if (header[i] != link.outside || table.find(link.inside) != nullptr) continue;
      known.emplace_back(i, link);
      table.add(link.inside, link.unit);
    }
  }
  for (const char* needed : {"frame", "x", "y"}) {
    if (table.find(needed) != nullptr) continue;
    refuse(path,
           fmt::format("line 1: no column for {} (\"frame\", \"x [nm]\", \"y [nm]\")", needed));
  }
  for (std::size_t number = 2; std::getline(lines, line); ++number) {
    if (line.empty() || line == "\r") continue;
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() != header.size()) {
      refuse(path, fmt::format("line {}: {} values, but the header names {}", number, cells.size(),
                               header.size()));
    }
    for (const auto& [column, link] : known) {
      const double value = number_of(path, number, header[column], cells[column]);
      table.at(link.inside).push_back(value / link.scale - link.shift);
    }
  }
  return table;
}

}  // namespace parfocal::formats
