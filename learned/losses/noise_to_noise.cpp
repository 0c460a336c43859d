// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/noise_to_noise.h"

#include <ATen/TensorOperators.h>

#include "learned/losses/trial_images.h"

namespace parfocal::learned {
namespace {

constexpr const char* kName = "noise_to_noise";

at::Tensor second_exposure(const Trial& trial) {
  const ImageNoise noise = noise_of(trial, kName);
  const at::Tensor expected =
      predicted_image(trial, trial.object.expand_as(trial.estimate), kName).clamp_min(0.0);
  const at::Tensor variance = (noise.gain * expected + noise.variance).clamp_min(1e-20);
  return expected + normal_draws(trial, "loss.noise_to_noise") * variance.sqrt();
}

}  // namespace

void NoiseToNoise::describe(Schema<Params>& s) {
  s.summary("Error of the predicted image against a second exposure of the same object.");
  s.equation("value = mean (A S(y_a) - y_b)^2");
  s.citation("J. Lehtinen et al., Noise2Noise, Proc. ICML (2018)");
  s.convention(
      "y_b has the mean and the variance of an exposure, which is all that the mean value sees; it "
      "is "
      "larger than the error against the mean by that variance.");
  s.gradient("exact");
}

at::Tensor NoiseToNoise::value(const Trial& trial) const {
  require_measurement(trial, kName);
  const at::Tensor predicted = predicted_image(trial, trial.estimate, kName);
  return (predicted - second_exposure(trial)).square().mean();
}

}  // namespace parfocal::learned
