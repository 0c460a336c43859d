// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/run/metrics_csv.h"
#include "solvers/solver.h"

namespace parfocal {

/// metrics.csv of a reconstruction: one row per frame and monitored iteration.
///
/// Layout: frame, iteration, then the numbers of the solver's monitor in order of their names. The
///         columns are those of the first record.
class ConvergenceTable {
 public:
  explicit ConvergenceTable(std::filesystem::path file) : path_(std::move(file)) {}

  /// Item i of the monitor is frame `first_frame` + i.
  void append(std::int64_t first_frame, std::int64_t iteration, const Monitor& monitor);

 private:
  std::filesystem::path path_;
  std::vector<std::string> names_;
  std::optional<MetricsCsv> file_;
};

}  // namespace parfocal
