// SPDX-License-Identifier: Apache-2.0
#include "learned/uncertainty/perturbed.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>

#include "core/error.h"
#include "core/tensor/random.h"
#include "learned/losses/trial_images.h"
#include "solvers/posterior_draws.h"

namespace parfocal::learned {
namespace {

using Stages = std::vector<std::shared_ptr<const Stage>>;

const PosteriorDraws* posterior_of(const Stages& stages) {
  return dynamic_cast<const PosteriorDraws*>(stages.front().get());
}

at::Tensor run_from(std::size_t first, const Stages& stages, const StageScene& scene,
                    at::Tensor image) {
  for (std::size_t i = first; i < stages.size(); ++i) image = stages[i]->apply(image, scene);
  return image;
}

/// Fresh noise around `mean`, photons, in object values.
at::Tensor fresh_noise(const at::Tensor& mean, const StageScene& scene, RandomStream& random) {
  const at::Tensor counts = scene.detector.sample(mean, random);
  return (scene.detector.quadratic(counts).target - mean) / scene.photons;
}

}  // namespace

bool draws_objects(const Stages& stages) {
  return !stages.empty() && posterior_of(stages) != nullptr;
}

at::Tensor perturbed_deviation(const Stages& stages, const StageScene& scene,
                               const at::Tensor& image, const PerturbedDraws& options) {
  if (stages.empty()) throw UsageError("perturbed: nothing to run again; give stages");
  if (options.draws < 2) throw UsageError("perturbed: draws: expected at least 2");
  if (scene.detector.colors() != 1) {
    throw UsageError("perturbed: draws images without a mosaic; this detector has one");
  }
  const at::NoGradGuard no_grad;
  const at::Tensor estimate = run_from(0, stages, scene, image);
  const Trial trial{scene.model, scene.detector, scene.photons, {}, estimate};
  const at::Tensor mean =
      (predicted_image(trial, estimate.clamp_min(0), "perturbed") * scene.photons).clamp_min(0);
  const PosteriorDraws* posterior = posterior_of(stages);
  at::Tensor sum = at::zeros_like(estimate, at::kDouble), squares = at::zeros_like(sum);
  for (std::int64_t k = 0; k < options.draws; ++k) {
    const auto draw = static_cast<std::uint32_t>(k),
               sample = static_cast<std::uint32_t>(options.sample);
    RandomStream for_noise(options.seed, "uncertainty.noise", draw, sample);
    RandomStream for_object(options.seed, "uncertainty.object", draw, sample);
    const at::Tensor noise = fresh_noise(mean, scene, for_noise);
    const at::Tensor first = posterior != nullptr ? posterior->draw(image, noise, scene, for_object)
                                                  : stages.front()->apply(image + noise, scene);
    const at::Tensor shift = (run_from(1, stages, scene, first) - estimate).to(at::kDouble);
    sum = sum + shift;
    squares = squares + shift.square();
  }
  const auto n = static_cast<double>(options.draws);
  return ((squares - sum.square() / n).clamp_min(0) / (n - 1.0)).sqrt();
}

}  // namespace parfocal::learned
