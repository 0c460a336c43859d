// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/operators/operator.h"

namespace parfocal {

/// Linear operators from linear operators; each knows its exact adjoint.
/// Tested by: tests/core/operators/algebra_test.cpp (dense matrices).
[[nodiscard]] LinearOperatorPtr compose(LinearOperatorPtr outer, LinearOperatorPtr inner);
[[nodiscard]] LinearOperatorPtr sum(std::vector<LinearOperatorPtr> terms);
[[nodiscard]] LinearOperatorPtr scale(double factor, LinearOperatorPtr op);
/// y = [A_1 x; A_2 x; ...], stacked along a new leading axis of the range.
[[nodiscard]] LinearOperatorPtr stack(std::vector<LinearOperatorPtr> rows);
[[nodiscard]] LinearOperatorPtr adjoint_of(LinearOperatorPtr op);

/// Largest singular value by power iteration on A* A from a seeded start, to a relative change of
/// `tolerance`. An estimate from below: multiply by a margin where a bound is needed.
struct PowerIteration {
  double norm = 0.0;
  int iterations = 0;
  bool converged = false;
};
[[nodiscard]] PowerIteration estimate_norm(const LinearOperator& op, double tolerance = 1e-6,
                                           int max_iterations = 200, std::uint64_t seed = 0,
                                           at::Device device = at::kCPU);

}  // namespace parfocal
