// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/mean_absolute_error.h"

#include <ATen/TensorOperators.h>

#include "learned/losses/trial_images.h"

namespace parfocal::learned {
namespace {

at::Tensor absolute_error(const Trial& trial) {
  require_estimate(trial, "mean_absolute_error");
  return (trial.estimate - trial.object).abs();
}

}  // namespace

void MeanAbsoluteError::describe(Schema<Params>& s) {
  s.summary("Mean absolute error of estimates against the true objects (L1).");
  s.equation("value = mean |estimate - object|");
  s.convention("Samples, conditions and pixels count alike.");
  s.gradient("exact");
}

at::Tensor MeanAbsoluteError::value(const Trial& trial) const {
  return absolute_error(trial).mean();
}

at::Tensor MeanAbsoluteError::condition_scores(const Trial& trial) const {
  return absolute_error(trial).to(at::kDouble).mean({0, 2, 3});
}

}  // namespace parfocal::learned
