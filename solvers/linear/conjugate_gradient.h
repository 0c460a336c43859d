// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace parfocal::solvers {

/// When conjugate gradients end: every item with |b - M x| <= tolerance |b|, or after the limit.
struct ConjugateGradientLimits {
  double tolerance = 1e-4;
  std::int64_t iterations = 1000;
};

/// Solves M x = b for every item of a batch by conjugate gradients, from a first guess.
///
/// M. R. Hestenes, E. Stiefel, J. Res. Natl. Bur. Stand. 49, 409 (1952).
/// Layout:     b and start [batch, ...], real; `apply` maps the batch and mixes no items.
/// Invariants: M symmetric and positive definite; an item that has converged stays as it is while
///             the others go on, so a batch of two gives two singles. Every operation is recorded
///             by autograd.
/// Errors:     NumericError naming `user` where the limit is reached.
/// Tested by:  tests/solvers/data_prox_test.cpp (dense solve).
[[nodiscard]] at::Tensor conjugate_gradient(
    const std::function<at::Tensor(const at::Tensor&)>& apply, const at::Tensor& b,
    const at::Tensor& start, const ConjugateGradientLimits& limits, const char* user);

}  // namespace parfocal::solvers
