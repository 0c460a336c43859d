// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/recorrupted.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <string>

#include "core/error.h"
#include "core/tensor/binomial_draw.h"
#include "core/tensor/straight_through.h"
#include "learned/losses/trial_images.h"

namespace parfocal::learned {
namespace {

constexpr const char* kName = "recorrupted";

/// Photons that stay in the first image, as image values.
at::Tensor thinned(const Trial& trial, const at::Tensor& gain, double alpha,
                   const std::string& purpose) {
  const at::Tensor photons = trial.image / gain;
  const at::Tensor whole = photons.round();
  if ((photons - whole).abs().max().item<double>() > 1e-2 || whole.min().item<double>() < 0.0) {
    throw UsageError(
        "recorrupted: the image is not made of whole photons, so none can be taken away one by "
        "one; "
        "give a detector with photon noise alone (poisson), or the loss sure");
  }
  const at::Tensor taken = draw_each(trial, purpose, [&](std::int64_t item, RandomStream& random) {
    return binomial_draw(whole.narrow(0, item, 1), alpha, random);
  });
  return taken * gain;
}

}  // namespace

void Recorrupted::describe(Schema<Params>& s) {
  s.summary("One exposure made into two with independent noise: one is seen, one is predicted.");
  s.equation(
      "Gaussian: y1 = y + sqrt(alpha / (1 - alpha)) w, w ~ N(0, s^2)\n"
      "Poisson: y1 = (y - g w) / (1 - alpha), w ~ Binomial(y / g, alpha)\n"
      "y2 = (y - (1 - alpha) y1) / alpha,  value = mean (A S(y1) - y2)^2");
  s.citation("T. Pang, H. Zheng, Y. Quan, H. Ji, Recorrupted-to-Recorrupted, Proc. CVPR (2021)");
  s.citation("B. Monroy, J. Bacca, J. Tachella, Generalized R2R, Proc. CVPR (2025)");
  s.convention("Larger than the error against the mean by s^2 / alpha or g u / alpha.");
  s.gradient("surrogate: both images move with y, d y1 / d y = d y2 / d y = 1");
  s.key("alpha", &Params::alpha).above(0.0).below(1.0).doc("Share of the light of the target.");
  s.key("draws", &Params::draws).at_least(1).at_most(1000).doc("Pairs that are averaged.");
}

Recorrupted::Pair Recorrupted::split(const Trial& trial, std::int64_t draw) const {
  const at::NoGradGuard no_grad;
  const ImageNoise noise = noise_of(trial, kName);
  const double alpha = params_.alpha;
  const std::string purpose = "loss.recorrupted" + std::to_string(draw);
  const double shot = noise.gain.max().item<double>();
  const double steady = noise.variance.max().item<double>();
  Pair pair;
  if (shot <= 1e-6 * steady) {
    const at::Tensor w = normal_draws(trial, purpose) * noise.variance.sqrt();
    pair.seen = trial.image + w * std::sqrt(alpha / (1.0 - alpha));
  } else if (steady <= 1e-6 * shot) {
    pair.seen = (trial.image - thinned(trial, noise.gain, alpha, purpose)) / (1.0 - alpha);
  } else {
    throw UsageError(
        "recorrupted: the detector has noise of constant variance and shot noise, which no pair of "
        "images separates; give one kind alone (gaussian, poisson), or the loss sure");
  }
  pair.target = (trial.image - pair.seen * (1.0 - alpha)) / alpha;
  return pair;
}

at::Tensor Recorrupted::value(const Trial& trial) const {
  require_measurement(trial, kName);
  at::Tensor sum;
  for (std::int64_t draw = 0; draw < params_.draws; ++draw) {
    const Pair pair = split(trial, draw);
    const at::Tensor seen = straight_through(trial.image, pair.seen);
    const at::Tensor target = straight_through(trial.image, pair.target);
    const at::Tensor predicted = predicted_image(trial, trial.reconstruct(seen), kName);
    const at::Tensor mean = (predicted - target).square().mean();
    sum = sum.defined() ? sum + mean : mean;
  }
  return sum / static_cast<double>(params_.draws);
}

}  // namespace parfocal::learned
