// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "apps/report/run_record.h"

namespace parfocal::report {

/// A field that a view wrote, with window, unit and scale; several planes side by side. Phases (unit
/// rad) in the signed colors.
[[nodiscard]] std::string field_figure(const std::filesystem::path& file, const std::string& title,
                                       const std::string& unit, std::array<double, 2> percentiles,
                                       std::int64_t limit);

/// The same, small and bare; empty where the file is absent.
[[nodiscard]] std::string field_thumbnail(const std::filesystem::path& file,
                                          const std::string& unit,
                                          std::array<double, 2> percentiles);

/// Input, instrument, reconstruction and residual side by side; no side longer than `limit` pixels.
[[nodiscard]] std::string image_section(const RunRecord& run, std::int64_t limit);

/// A small picture of the object (or of the measurement) of one finished cell of a study.
[[nodiscard]] std::string result_thumbnail(const std::filesystem::path& results,
                                           std::array<double, 2> percentiles);

/// The same of one image file; empty where it is absent.
[[nodiscard]] std::string thumbnail(const std::filesystem::path& file,
                                    std::array<double, 2> percentiles);

}  // namespace parfocal::report
