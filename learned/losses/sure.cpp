// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/sure.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/where.h>

#include <cmath>
#include <string>

namespace parfocal::learned {
namespace {

/// Third moment 1 at mean 0 and variance 1: the golden ratio and its conjugate.
at::Tensor skewed_signs(const at::Tensor& uniform) {
  const double golden = 0.5 * (1.0 + std::sqrt(5.0));
  const double probability = (golden - 1.0) / std::sqrt(5.0);
  return at::where(uniform < probability, at::full_like(uniform, golden),
                   at::full_like(uniform, 1.0 - golden));
}

at::Tensor signs(const at::Tensor& uniform) {
  return at::where(uniform < 0.5, at::full_like(uniform, -1.0), at::full_like(uniform, 1.0));
}

}  // namespace

at::Tensor sure_map(const std::function<at::Tensor(const at::Tensor&)>& f, const at::Tensor& y,
                    const ImageNoise& noise, const SureProbe& probe) {
  const at::Tensor here = f(y);
  const at::Tensor variance = noise.gain * y + noise.variance;
  const at::Tensor slope = probe.b * (f(y + probe.b * probe.step) - here) / probe.step;
  const at::Tensor first = (here - y).square() - variance + variance * slope * 2.0;
  if (!probe.c.defined()) return first;
  const at::Tensor bend = f(y + probe.c * probe.step2) + f(y - probe.c * probe.step2) - here * 2.0;
  const at::Tensor weight = noise.gain.square() * y + noise.gain * noise.variance * 2.0;
  return first - weight * probe.c * bend / (probe.step2 * probe.step2);
}

void Sure::describe(Schema<Params>& s) {
  s.summary("Stein's unbiased estimate of the error of the predicted image, without true objects.");
  s.equation(
      "value = mean[ (f-y)^2 - v + 2 v b (f(y + t b) - f) / t\n"
      "  - (g^2 y + 2 g s^2) c (f(y + t2 c) + f(y - t2 c) - 2 f) / t2^2 ],\n"
      "f = A S(y), v = g y + s^2, b = +-1, c skewed signs");
  s.citation("C. M. Stein, Ann. Stat. 9, 1135 (1981)");
  s.citation("F. Luisier, T. Blu, M. Unser, IEEE Trans. Image Process. 20, 696 (2011)");
  s.citation("S. Ramani, T. Blu, M. Unser, IEEE Trans. Image Process. 17, 1540 (2008)");
  s.convention("Noise g u + s^2 as the detector has it; exact for Gaussian noise.");
  s.gradient("exact");
  s.key("step", &Params::step).above(0.0).doc("t, in object values.");
  s.key("step2", &Params::step2).above(0.0).doc("t2, in object values.");
  s.key("second_order", &Params::second_order)
      .doc("Whether the term of second order in the gain is kept where there is shot noise.");
  s.key("probes", &Params::probes)
      .at_least(1)
      .at_most(1000)
      .doc("Random probes that are averaged.");
}

at::Tensor Sure::value(const Trial& trial) const {
  constexpr const char* kName = "sure";
  require_measurement(trial, kName);
  const ImageNoise noise = noise_of(trial, kName);
  const auto f = [&](const at::Tensor& y) {
    return predicted_image(trial, trial.reconstruct(y), kName);
  };
  const bool shot_noise = noise.gain.gt(1e-12).any().item<bool>();
  at::Tensor sum;
  for (std::int64_t k = 0; k < params_.probes; ++k) {
    const std::string number = std::to_string(k);
    SureProbe probe{
        signs(uniform_draws(trial, "loss.sure.b" + number)), {}, params_.step, params_.step2};
    if (shot_noise && params_.second_order) {
      probe.c = skewed_signs(uniform_draws(trial, "loss.sure.c" + number));
    }
    const at::Tensor mean = sure_map(f, trial.image, noise, probe).mean();
    sum = sum.defined() ? sum + mean : mean;
  }
  return sum / static_cast<double>(params_.probes);
}

}  // namespace parfocal::learned
