// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "solvers/solver.h"
#include "tests/conformance/subject.h"

namespace parfocal::conformance {

/// Two frames of a small lensless camera with the priors of the example.
[[nodiscard]] Problem test_problem(const Subject& subject, at::ScalarType dtype, at::Device device,
                                   ImageFiles* files);

/// The estimate after a dozen steps, or as many as the example asks for.
[[nodiscard]] at::Tensor solved(const Solver& solver, const Problem& problem);

}  // namespace parfocal::conformance
