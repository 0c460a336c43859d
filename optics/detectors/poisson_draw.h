// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "core/tensor/random.h"

namespace parfocal::optics {

/// n ~ Poisson(mean) with the derivative of the Gaussian reparametrisation,
///
///   dn / dmean = 1 + e / (2 sqrt(mean)),   e = (n - mean) / sqrt(mean);   1 where mean < 1e-6
///
/// which is unbiased for the mean of quadratic functions of n (straight-through is not).
/// Invariants: the values are true Poisson counts, also under autograd; mean below 0 counts as 0.
/// Tested by:  tests/optics/detectors/poisson_draw_test.cpp.
[[nodiscard]] at::Tensor poisson_draw(const at::Tensor& mean, RandomStream& random);

}  // namespace parfocal::optics
