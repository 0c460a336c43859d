// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/mean_squared_error.h"

#include <ATen/TensorOperators.h>

#include <cmath>

#include "core/error.h"

namespace parfocal::learned {
namespace {

at::Tensor squared_error(const Trial& trial) {
  if (!trial.estimate.defined()) {
    throw UsageError("mean_squared_error: nothing was reconstructed; give reconstruction.stages");
  }
  return (trial.estimate - trial.object).square();
}

}  // namespace

void MeanSquaredError::describe(Schema<Params>& s) {
  s.summary("Mean squared error of estimates against the true objects.");
  s.equation("value = mean (estimate - object)^2,  score = -10 log10 value");
  s.convention("Score in dB at peak 1, a PSNR; samples, conditions and pixels count alike.");
  s.gradient("exact");
}

at::Tensor MeanSquaredError::value(const Trial& trial) const { return squared_error(trial).mean(); }

double MeanSquaredError::score(double value) const { return -10.0 * std::log10(value); }

at::Tensor MeanSquaredError::condition_scores(const Trial& trial) const {
  return squared_error(trial).to(at::kDouble).mean({0, 2, 3}).log10() * -10.0;
}

}  // namespace parfocal::learned
