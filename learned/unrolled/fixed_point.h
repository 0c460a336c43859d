// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>

namespace parfocal::learned {

/// How a fixed point is sought.
struct FixedPointOptions {
  double tolerance = 1e-4;  ///< |T(z) - z| / |T(z)| at which an item of the batch is done.
  std::int64_t iterations = 200;
  std::int64_t history = 5;  ///< Of Anderson's mixing; 0: plain iteration.
};

using TensorMap = std::function<at::Tensor(const at::Tensor&)>;

/// z = T(z), found without a graph.
///
///   z' = sum_i a_i T(z_i),   sum_i a_i = 1,   |sum_i a_i (T(z_i) - z_i)| least, over the last z_i
///
/// D. G. Anderson, J. ACM 12, 547 (1965), with mixing 1; H. F. Walker, P. Ni, SIAM J. Numer. Anal.
/// 49, 1715 (2011).
/// Layout:     z [batch, N], real; T maps items on their own.
/// Precision:  sums and the mixing in float64. A tolerance below 32 units of rounding of z counts
///             as that: 4e-6 in float32.
/// Invariants: an item stops by its own residual, so that a batch of two equals two singles.
/// Errors:     NumericError naming `what`, the item and the residual if the iterations do not reach
///             the tolerance, or where z is not finite.
/// Tested by:  tests/learned/unrolled/fixed_point_test.cpp.
[[nodiscard]] at::Tensor fixed_point(const TensorMap& map, at::Tensor start,
                                     const FixedPointOptions& options, const std::string& what);

/// `value`, where the gradient that arrives is replaced by solve(gradient): how a solution that was
/// found without a graph gets the gradient of the implicit function theorem.
///
/// Errors:    LogicError where a second derivative is asked for.
/// Tested by: tests/learned/unrolled/fixed_point_test.cpp.
[[nodiscard]] at::Tensor with_gradient(const at::Tensor& value, TensorMap solve);

/// lambda = gradient + J^T lambda, J the Jacobian of `map` at the fixed point z.
///
/// S. Bai, J. Z. Kolter, V. Koltun, "Deep equilibrium models", NeurIPS (2019), theorem 1.
/// Tested by: tests/learned/unrolled/fixed_point_test.cpp (dense Jacobian).
[[nodiscard]] at::Tensor solve_adjoint_fixed_point(const TensorMap& map, const at::Tensor& z,
                                                   const at::Tensor& gradient,
                                                   const FixedPointOptions& options);

/// H x = b by conjugate gradients, H symmetric and positive definite on each item of the batch.
///
/// M. R. Hestenes, E. Stiefel, J. Res. Natl. Bur. Stand. 49, 409 (1952).
/// Layout:    b [batch, ...]; each item stops at |b - H x| <= tolerance |b|.
/// Errors:    NumericError naming `what` if the iterations do not reach the tolerance or H has a
///            direction of negative curvature.
/// Tested by: tests/learned/unrolled/fixed_point_test.cpp (dense solve).
[[nodiscard]] at::Tensor conjugate_gradients(const TensorMap& h, const at::Tensor& b,
                                             const FixedPointOptions& options,
                                             const std::string& what);

}  // namespace parfocal::learned
