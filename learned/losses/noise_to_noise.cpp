// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/noise_to_noise.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "core/tensor/fft.h"
#include "learned/losses/trial_images.h"

namespace parfocal::learned {
namespace {

at::Tensor second_exposure(const Trial& trial) {
  const at::NoGradGuard no_grad;
  const Shape domain = trial.model.domain();
  const at::Tensor light = pad_centred(trial.object * trial.photons, domain[1], domain[2]);
  const at::Tensor expected = trial.model.forward(light).clamp_min(0.0);
  const at::Tensor counts =
      draw_each(trial, "loss.noise_to_noise", [&](std::int64_t item, RandomStream& random) {
        return trial.detector.sample(expected.narrow(0, item, 1), random);
      });
  return trial.detector.quadratic(counts).target / trial.photons;
}

}  // namespace

void NoiseToNoise::describe(Schema<Params>& s) {
  s.summary("Error of the predicted image against a second exposure of the same object.");
  s.equation("value = mean (A S(y_a) - y_b)^2");
  s.citation("J. Lehtinen et al., Noise2Noise, Proc. ICML (2018)");
  s.convention("Larger than the error against the mean by the variance of an exposure.");
  s.gradient("surrogate: the second exposure is held constant");
}

at::Tensor NoiseToNoise::value(const Trial& trial) const {
  constexpr const char* kName = "noise_to_noise";
  require_measurement(trial, kName);
  const at::Tensor predicted = predicted_image(trial, trial.estimate, kName);
  return (predicted - second_exposure(trial)).square().mean();
}

}  // namespace parfocal::learned
