// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/measurement_consistency.h"

#include <ATen/TensorOperators.h>

#include "learned/losses/trial_images.h"

namespace parfocal::learned {

void MeasurementConsistency::describe(Schema<Params>& s) {
  s.summary("Distance of the image that the model expects of an estimate from the measured one.");
  s.equation("value = mean (A S(y) - y)^2");
  s.convention("Needs no true object; right for data without noise only.");
  s.gradient("exact");
}

at::Tensor MeasurementConsistency::value(const Trial& trial) const {
  constexpr const char* kName = "measurement_consistency";
  require_measurement(trial, kName);
  return (predicted_image(trial, trial.estimate, kName) - trial.image).square().mean();
}

}  // namespace parfocal::learned
