// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace parfocal {

/// "2026-11-25T13:19:33.042Z": ISO 8601 UTC with milliseconds, independent of TZ and locale.
[[nodiscard]] std::string iso_utc(std::chrono::system_clock::time_point when);
[[nodiscard]] std::string iso_utc_now();

/// "20261125T131933Z", the form used in folder names.
[[nodiscard]] std::string compact_utc(std::chrono::system_clock::time_point when);

/// Seconds since an arbitrary start that never jumps.
[[nodiscard]] double monotonic_s();

}  // namespace parfocal
