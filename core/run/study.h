// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/run/cancellation.h"
#include "core/run/study_table.h"
#include "core/run/summary.h"

namespace parfocal {

/// One member of a study: a named variant computed with one seed.
struct StudyCell {
  std::string variant;
  std::uint64_t seed = 0;

  /// "variants/NAME/seed_N"
  [[nodiscard]] std::filesystem::path relative_path() const;
};

/// All variants with all seeds, variant by variant.
[[nodiscard]] std::vector<StudyCell> study_cells(const std::vector<std::string>& variants,
                                                 const std::vector<std::uint64_t>& seeds);

enum class CellOutcome { kComputed, kReused };

struct StudyOptions {
  /// What the cells depend on besides variant and seed (digest of the configuration, version of the
  /// program). Finished cells of another fingerprint are not mixed in.
  std::string fingerprint;
  Cancellation cancellation;
  /// Called after each cell.
  std::function<void(const StudyCell&, CellOutcome)> on_cell;
};

struct StudyResult {
  std::vector<Summary> summaries;  ///< one per finished cell, in the order of the cells
  std::size_t computed = 0;
  std::size_t reused = 0;
  bool complete = false;  ///< false after a cancellation; then there is no table
  StudyTable table;
  std::vector<std::string> warnings;  ///< damaged cells that were moved aside and computed again
};

/// Gets the cell and its (unfinished) folder, writes what it wants to keep there, returns the key
/// numbers.
using StudyCallable = std::function<Summary(const StudyCell&, const std::filesystem::path& folder)>;

/// Runs variants x seeds and keeps every finished cell.
///
/// A cell is computed in a folder with a temporary name; when the callable has returned, it gets
/// cell.json, results/summary.json, STATUS and SHA256SUMS, and is renamed to
/// `FOLDER/variants/NAME/seed_N/`. On a later call a cell whose checksums verify is reused and not
/// computed. With all cells there, `variants/table.csv` and `variants/table.json` are written.
///
/// Invariants: an interrupted and resumed study gives the same bytes as an uninterrupted one; a
///             cell under its final name is whole. What was started and not finished is removed.
/// Errors:     what the callable throws, after which the finished cells stay; UsageError for two
///             equal cells, bad names, or finished cells of another fingerprint; FileError.
/// Tested by:  tests/core/run/study_test.cpp.
[[nodiscard]] StudyResult run_study(const std::filesystem::path& folder,
                                    const std::vector<StudyCell>& cells,
                                    const StudyCallable& callable,
                                    const StudyOptions& options = {});

}  // namespace parfocal
