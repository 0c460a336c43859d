// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace parfocal {

/// The key numbers of a run, `results/summary.json`: what the report shows and scripts read.
///
/// Layout:     `{"NAME": {"value": V, "unit": "U"}, ...}`, one line per name, in the order added.
/// Units:      each number carries its own; "" for a bare number.
/// Precision:  17 significant digits, so a double reads back to the same bits.
/// Invariants: the same numbers give the same bytes; no timings in here.
/// Errors:     NumericError for NaN and infinity, LogicError for a name used twice or not of the
///             form [A-Za-z0-9_.-]+; DataError from `read` for a damaged file.
/// Tested by:  tests/core/run/records_test.cpp.
class Summary {
 public:
  struct Entry {
    std::string name;
    double value = 0;
    std::string unit;

    bool operator==(const Entry&) const = default;
  };

  void add(std::string name, double value, std::string unit = "");
  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
  /// nullptr if there is no such name.
  [[nodiscard]] const Entry* find(std::string_view name) const;

  [[nodiscard]] std::string to_json() const;
  void write(const std::filesystem::path& path) const;
  [[nodiscard]] static Summary read(const std::filesystem::path& path);

 private:
  std::vector<Entry> entries_;
};

}  // namespace parfocal
