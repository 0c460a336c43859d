// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "core/operators/likelihood.h"

namespace parfocal::solvers {

/// Counts of a detector as electrons d with a read variance v: d + v is a Poisson count of mean
/// mu + v.
struct CountingNoise {
  at::Tensor electrons;  ///< float64 [frame, n_y, n_x]; NaN where a pixel is saturated or dead.
  at::Tensor values;     ///< The same with a number everywhere, for detection.
  at::Tensor variance;   ///< float64 [n_y, n_x], or undefined without read noise.
};

/// The detector of `counts` [frame, 1, n_y, n_x] seen so. Its Fisher weights F must say that the
/// variance 1 / F of the photons estimated from the counts is a straight line a m + c in the mean
/// m:
/// then electrons are photons / a, and v = c / a^2. Errors: UsageError for any other detector (EM
/// gain, unweighted Gaussian), naming it.
/// Tested by: tests/solvers/localization_test.cpp.
[[nodiscard]] CountingNoise counting_noise(const Likelihood& detector, const at::Tensor& counts);

}  // namespace parfocal::solvers
