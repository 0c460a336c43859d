// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "apps/report/run_record.h"

namespace parfocal::report {

/// Each section is HTML, empty where the run has nothing to say about it.
[[nodiscard]] std::string header_section(const RunRecord& run);
[[nodiscard]] std::string key_number_section(const RunRecord& run);
/// Each number of a learned result beside the classical one, and what that is.
[[nodiscard]] std::string classical_section(const RunRecord& run);
/// The name of the classical result in the results of a run or of one cell of a study; or empty.
[[nodiscard]] std::string classical_name(const std::filesystem::path& results);
/// What a reader must know: warnings, and whether total variation ever acted.
[[nodiscard]] std::string note_section(const RunRecord& run);
/// What the views of the optics show: fields, curves, decisions.
[[nodiscard]] std::string view_section(const RunRecord& run, std::int64_t limit);
/// How often intervals of the stated deviations hold the true object.
[[nodiscard]] std::string uncertainty_section(const RunRecord& run);
/// The diagram alone, with what it says, of the results of one cell of a study; empty without.
[[nodiscard]] std::string reliability_figure(const std::filesystem::path& results,
                                             const std::string& title);
[[nodiscard]] std::string convergence_section(const RunRecord& run);
[[nodiscard]] std::string comparison_section(const RunRecord& run, const Registry& registry);
[[nodiscard]] std::string parameter_section(const RunRecord& run, const Registry& registry);
[[nodiscard]] std::string provenance_section(const RunRecord& run);
[[nodiscard]] std::string citation_section(const RunRecord& run, const Registry& registry);

/// Deviations from named variants, as a list; empty without any.
[[nodiscard]] std::string deviation_list(const Node& resolved, const Registry& registry);

}  // namespace parfocal::report
