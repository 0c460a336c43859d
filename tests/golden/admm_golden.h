// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <span>

#include "solvers/proximal/admm.h"
#include "tests/golden/tutorial_data.h"

namespace parfocal::test {

/// One row of the published table of DiffuserCam reconstructions: max(S v, 0) at row 150, column
/// 200 (crop only for lenslesslearning).
struct AdmmRow {
  const char* variant;
  std::int64_t iterations;
  double tau;
  ImageNumbers expected;
};

inline constexpr double kTau = 1e-4, kActiveTau = 1e-9;

void expect_row(const AdmmRow& row, const TutorialData& data, at::ScalarType dtype,
                solvers::AdmmEngine engine, double tolerance);
/// Every row in float64 to 1e-10 and in float32 to 1e-4, relative.
void expect_rows(std::span<const AdmmRow> rows);
/// Data term of v and, unless 0, of the output after the last iteration; five published digits.
void expect_fidelity(const AdmmRow& row, const TutorialData& data, double full, double output);
/// Share of the total-variation terms that were not 0 in the last iteration.
[[nodiscard]] double active_fraction(const AdmmRow& row, const TutorialData& data);

}  // namespace parfocal::test
