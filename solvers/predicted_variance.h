// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "solvers/stage.h"

namespace parfocal {

/// An estimate, and how far it may be off.
///
/// Layout:     both [batch, condition, n_y, n_x]; the variance is undefined where none is predicted.
/// Units:      object values, and their square.
struct Prediction {
  at::Tensor mean, variance;
};

/// Capability of a stage: it predicts the variance of its error in every pixel.
///
/// Invariants: `apply` gives the mean; the variance is above 0, and differentiable as the mean is.
/// Tested by:  tests/learned/networks/heteroscedastic_network_test.cpp, tests/conformance.
class PredictedVariance {
 public:
  virtual ~PredictedVariance() = default;
  [[nodiscard]] virtual Prediction predict(const at::Tensor& image,
                                           const StageScene& scene) const = 0;
};

}  // namespace parfocal
