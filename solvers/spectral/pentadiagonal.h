// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

namespace parfocal::solvers {

/// A square matrix with two diagonals on either side; rows hold columns i - 2 .. i + 2, zero where
/// there is no such column.
using PentadiagonalRows = std::vector<std::array<long double, 5>>;

/// P1 = D1^T D1 and P2 = D2^T D2 for channels at even distance.
[[nodiscard]] PentadiagonalRows first_difference_penalty(std::size_t n);
[[nodiscard]] PentadiagonalRows second_difference_penalty(std::size_t n);

/// Solves A z = b by elimination without pivots, in the extended type: where weights are 1e-4 and
/// lambda is 1e5, double alone keeps six digits.
/// Tested by:  tests/solvers/spectral/baseline_test.cpp.
[[nodiscard]] std::vector<double> solve_pentadiagonal(PentadiagonalRows rows,
                                                      const std::vector<double>& right);

}  // namespace parfocal::solvers
