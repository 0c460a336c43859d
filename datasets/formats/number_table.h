// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace parfocal::formats {

/// Rows of numbers in a text file, separated by tabs, commas, semicolons or blanks; lines that begin
/// with '#' and empty lines are left out. An empty cell between separators, "NA" and "nan" are NaN.
///
/// Errors:     DataError with file, line and cell; a row that is longer or shorter than the first
///             row of numbers is refused, never cut or filled.
/// Tested by:  tests/datasets/spectral_map_test.cpp
struct NumberTable {
  std::vector<std::string> heading;  ///< Cells of a first line that is not numbers; else empty.
  std::int64_t columns = 0;
  std::vector<double> values;       ///< [row][column]
  std::vector<std::int64_t> lines;  ///< Line of each row, from 1.

  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(lines.size()); }
  [[nodiscard]] double at(std::int64_t row, std::int64_t column) const {
    return values[static_cast<std::size_t>(row * columns + column)];
  }
};

[[nodiscard]] NumberTable read_number_table(const std::filesystem::path& path);

}  // namespace parfocal::formats
