// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace parfocal {

/// Writes `report.html` from what stands in a run folder: one self-contained file, no network, no
/// file beside it.
///
/// Invariants: every string from data or configuration is escaped; key numbers are those of
///             results/summary.json; at most 5 MB; the same folder gives the same bytes.
/// Errors:     DataError for a folder without what a report needs; FileError.
/// Tested by:  tests/apps/report_test.cpp (headless browser, hostile names).
void write_report(const std::filesystem::path& folder);

}  // namespace parfocal
