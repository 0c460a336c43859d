// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "core/tensor/random.h"

namespace parfocal {

/// How many of `counts` things are taken when each is taken with probability `probability`.
///
/// Large counts are halved by an order statistic of uniform numbers, which is a beta variate, until
/// few are left that are drawn one by one; exact for any count.
///
/// L. Devroye, Non-Uniform Random Variate Generation (1986), X.4.3 (recursive median splitting).
/// Layout:     counts of any shape, whole and >= 0; the result has its shape, dtype and device.
/// Precision:  float64 inside.
/// Invariants: 0 <= result <= counts; a pure function of the stream, whatever the number of threads.
/// Errors:     NumericError for counts that are negative, not whole or not finite.
/// Tested by:  tests/core/tensor/binomial_draw_test.cpp (probabilities, moments).
[[nodiscard]] at::Tensor binomial_draw(const at::Tensor& counts, double probability,
                                       RandomStream& random);

}  // namespace parfocal
