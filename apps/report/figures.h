// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "apps/report/run_record.h"

namespace parfocal::report {

/// Input, instrument, reconstruction and residual side by side; no side longer than `limit` pixels.
[[nodiscard]] std::string image_section(const RunRecord& run, std::int64_t limit);

/// A small picture of the object (or of the measurement) of one finished cell of a study.
[[nodiscard]] std::string thumbnail(const std::filesystem::path& results,
                                    std::array<double, 2> percentiles);

}  // namespace parfocal::report
