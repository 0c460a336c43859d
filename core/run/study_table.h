// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/run/summary.h"

namespace parfocal {

/// Mean and spread of every summary number over the seeds of each variant.
///
/// Equation:   mean m = sum x_i / n; spread s = sqrt(sum (x_i - m)^2 / (n - 1)), absent for n < 2.
/// Layout:     one row per variant in the order given, columns in the order of first appearance.
/// Invariants: computed in the order of the seeds, so equal inputs give equal bytes.
/// Errors:     LogicError when one name has two units.
/// Tested by:  tests/core/run/study_test.cpp.
struct StudyTable {
  struct Column {
    std::string name;
    std::string unit;
  };
  struct Cell {
    std::size_t n = 0;  ///< seeds that have this number; 0: the variant does not
    double mean = 0;
    std::optional<double> spread;
  };
  struct Row {
    std::string variant;
    std::size_t seeds = 0;
    std::vector<Cell> cells;  ///< one per column
  };

  std::vector<Column> columns;
  std::vector<Row> rows;

  /// Columns: variant, seeds, then `NAME mean [unit]`, `NAME std [unit]`, `NAME n` for each number.
  [[nodiscard]] std::string to_csv() const;
  [[nodiscard]] std::string to_json() const;
};

/// `summaries`: (variant, summary of one seed), all seeds of all variants.
[[nodiscard]] StudyTable make_study_table(
    const std::vector<std::pair<std::string, Summary>>& summaries);

}  // namespace parfocal
