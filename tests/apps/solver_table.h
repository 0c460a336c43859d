// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace parfocal::testing {

/// One field of the table of solvers and modalities: an experiment that runs, or one that is refused
/// and the sentence why.
struct TableCell {
  std::string yaml;
  std::string before, after;  ///< Numbers of the summary; an empty `before` is the value 1.
  std::string unit;
  std::string why_not;  ///< Set where the experiment must be refused.
};

struct TableRow {
  std::string method;
  std::vector<TableCell> cells;  ///< lensless, phase, single molecules, Raman.
};

/// Small files that the experiments read: a point response, spectra, a movie with its truth, and the
/// weights of a network that smooths.
void write_table_inputs(const std::filesystem::path& folder);

[[nodiscard]] std::vector<TableRow> solver_table();

}  // namespace parfocal::testing
