// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/check.h"

namespace parfocal {

/// An estimate that is a list of things instead of an image: named columns of numbers, each with
/// its unit. Free of LibTorch.
///
/// Invariants: all columns have the same length; names are unique.
/// Tested by:  tests/core/operators/table_test.cpp.
class Table {
 public:
  struct Column {
    std::string name;
    std::string unit;  ///< "px", "e-", "" for a bare number.
    std::vector<double> values;

    bool operator==(const Column&) const = default;
  };

  /// The values of the new column, to be filled where none are given.
  std::vector<double>& add(std::string name, std::string unit, std::vector<double> values = {}) {
    PARFOCAL_CHECK(find(name) == nullptr);
    if (!columns_.empty() && !values.empty()) PARFOCAL_CHECK(values.size() == rows());
    columns_.push_back({std::move(name), std::move(unit), std::move(values)});
    return columns_.back().values;
  }

  /// The rows of a table of the same columns; all of it where this one has none yet.
  void append(const Table& more) {
    if (columns_.empty()) {
      columns_ = more.columns_;
      return;
    }
    PARFOCAL_CHECK(columns_.size() == more.columns_.size());
    for (Column& column : columns_) {
      const std::vector<double>& values = more.at(column.name);
      column.values.insert(column.values.end(), values.begin(), values.end());
    }
  }

  [[nodiscard]] std::size_t rows() const {
    return columns_.empty() ? 0 : columns_.front().values.size();
  }
  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
  /// nullptr if there is no such column.
  [[nodiscard]] const Column* find(std::string_view name) const {
    for (const Column& column : columns_) {
      if (column.name == name) return &column;
    }
    return nullptr;
  }
  [[nodiscard]] const std::vector<double>& at(std::string_view name) const {
    const Column* column = find(name);
    PARFOCAL_CHECK(column != nullptr);
    return column->values;
  }
  [[nodiscard]] std::vector<double>& at(std::string_view name) {
    return const_cast<std::vector<double>&>(std::as_const(*this).at(name));
  }

  bool operator==(const Table&) const = default;

 private:
  std::vector<Column> columns_;
};

}  // namespace parfocal
