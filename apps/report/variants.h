// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "apps/report/run_record.h"

namespace parfocal::report {

/// One variant of a study: its row of the table and the folder of its first seed.
struct VariantRecord {
  std::string name;
  Json row;
  std::filesystem::path first_cell;
};
/// Empty for a run that is no study. \throws DataError for a damaged table.
[[nodiscard]] std::vector<VariantRecord> variants_of(const std::filesystem::path& folder);

/// Rows of the table of variants: what the views of each show, as small pictures.
[[nodiscard]] std::string view_rows(const RunRecord& run,
                                    const std::vector<VariantRecord>& variants);
/// Each curve of the views in one diagram for all variants.
[[nodiscard]] std::string view_diagrams(const std::vector<VariantRecord>& variants);

}  // namespace parfocal::report
