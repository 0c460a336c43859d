// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/run/append_file.h"

namespace parfocal {

/// `metrics.csv`: one row per step or epoch.
///
/// Layout:     RFC 4180 with LF; header `name [unit]`; a value that does not exist is an empty
///             field. Precision:  17 significant digits. Invariants: no wall-clock columns, so
///             resumed and uninterrupted runs compare bytewise (times belong in events.jsonl).
/// Errors:     NumericError naming row and column for NaN and infinity (the row is not written);
///             FileError; LogicError for a row of the wrong length.
/// Tested by:  tests/core/run/records_test.cpp.
class MetricsCsv {
 public:
  struct Column {
    std::string name;
    std::string unit;
  };

  /// A new file; it must not exist.
  MetricsCsv(const std::filesystem::path& path, std::vector<Column> columns);

  void append(std::span<const std::optional<double>> row);
  void append(std::span<const double> row);

  /// Cuts a file back to its header and its first `rows` rows, before a run is continued.
  /// \throws DataError if it has fewer.
  static void keep_rows(const std::filesystem::path& path, std::size_t rows);

  /// Opens an existing file to continue it. \throws DataError when its header differs.
  [[nodiscard]] static MetricsCsv reopen(const std::filesystem::path& path,
                                         std::vector<Column> columns);

 private:
  MetricsCsv(const std::filesystem::path& path, std::vector<Column> columns, AppendFile::Mode mode);

  std::vector<Column> columns_;
  AppendFile file_;
};

}  // namespace parfocal
