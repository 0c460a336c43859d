// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

#include "solvers/solver.h"

namespace parfocal {

/// The weighted least-squares data term of a problem.
///
///   F(m) = 1/2 (m - target)^T W (m - target)
///
/// Layout:     target and weight [batch, channel, n_y, n_x], in dtype and on the device of the
///             model. Invariants: where the weight is 0 the target is 0, so that no value stored in
///             a dead pixel (NaN included) can reach the result.
/// Errors:     DataError if nothing is left, or if a counting pixel is not finite.
/// Tested by:  tests/solvers/solve_test.cpp.
struct DataTerm {
  at::Tensor target;
  at::Tensor weight;

  [[nodiscard]] at::Tensor gradient(const at::Tensor& mean) const {
    return weight * (mean - target);
  }
  [[nodiscard]] at::Tensor value(const at::Tensor& mean) const;  ///< Per item, float64 [batch].
};

/// From `likelihood->quadratic(counts)` and the mask of the problem.
[[nodiscard]] DataTerm data_term_of(const Problem& problem, at::Device device);

/// Sums of everything but the leading axis, float64 [batch]: row by row, whatever the number of
/// threads.
[[nodiscard]] at::Tensor sum_per_item(const at::Tensor& values);

[[nodiscard]] std::vector<double> to_vector(const at::Tensor& per_item);

}  // namespace parfocal
