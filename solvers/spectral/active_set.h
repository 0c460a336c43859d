// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace parfocal::solvers {

/// min 1/2 c^T G c - b^T c with c >= 0 and, if asked for, sum c = 1; G [k * k] row by row.
struct QuadraticProgram {
  std::vector<double> g, b;
  bool sum_to_one = false;
};

/// The exact minimum by a primal active set.
/// Errors:     NumericError where G is singular on the species in use.
/// Tested by:  tests/solvers/spectral/abundances_test.cpp (optimality conditions).
[[nodiscard]] std::vector<double> solve_active_set(const QuadraticProgram& program);

/// Solves the dense n x n system with pivots. \throws NumericError where it is singular.
[[nodiscard]] std::vector<double> solve_dense(std::vector<double> a, std::vector<double> b);

/// Diagonal of the inverse of a Fisher matrix [k * k]; with `sum_to_one` of what is left of it on
/// the plane 1^T c = const.
[[nodiscard]] std::vector<double> bound_of(const std::vector<double>& fisher, std::size_t k,
                                           bool sum_to_one);

}  // namespace parfocal::solvers
