// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace parfocal::formats {

/// The 8-byte real of a GDSII stream: sign, exponent in powers of 16 with excess 64, 56 bits of
/// fraction.
///
///   value = (-1)^s 0.f x 16^(e - 64),   1/16 <= 0.f < 1
///
/// GDSII Stream Format Manual, release 6.0 (1987), section "Data types".
/// Precision:  every double in range is held exactly.
/// Errors:     UsageError for what is not finite or beyond 16^63; below 16^-65 the result is 0.
/// Tested by:  tests/datasets/gds_test.cpp (golden bytes).
[[nodiscard]] std::uint64_t to_gds_real(double value);
[[nodiscard]] double from_gds_real(std::uint64_t bits);

}  // namespace parfocal::formats
