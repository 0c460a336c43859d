// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/trial_images.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/diagonal.h>
#include <ATen/ops/full.h>

#include <vector>

#include "core/error.h"
#include "core/tensor/fft.h"

namespace parfocal::learned {
namespace {

at::IntArrayRef item_shape(const at::Tensor& image) { return image.sizes().slice(1); }

std::vector<std::int64_t> one_of(const at::Tensor& image) {
  std::vector<std::int64_t> shape{1};
  for (const std::int64_t size : item_shape(image)) shape.push_back(size);
  return shape;
}

}  // namespace

void require_estimate(const Trial& trial, const std::string& loss) {
  if (trial.estimate.defined()) return;
  throw UsageError(loss + ": nothing was reconstructed; give reconstruction.stages");
}

void require_measurement(const Trial& trial, const std::string& loss) {
  require_estimate(trial, loss);
  if (trial.image.defined() && trial.reconstruct) return;
  throw UsageError(loss +
                   ": looks at the measured image and reconstructs others; the trial has none");
}

at::Tensor predicted_image(const Trial& trial, const at::Tensor& estimate,
                           const std::string& loss) {
  const Shape domain = trial.model.domain();
  const std::int64_t conditions = trial.model.range()[0];
  if (domain.size() != 3) {
    throw UsageError(loss + ": compares images, and this model sees a volume");
  }
  const bool one_object = domain[0] == 1 && conditions > 1;
  const at::Tensor objects = one_object ? estimate.flatten(0, 1).unsqueeze(1) : estimate;
  const at::Tensor images =
      trial.model.forward(pad_centred(objects * trial.photons, domain[1], domain[2])) /
      trial.photons;
  if (!one_object) return images;
  const at::Tensor every =
      images.reshape({-1, conditions, conditions, images.size(-2), images.size(-1)});
  return at::diagonal(every, 0, 1, 2).permute({0, 3, 1, 2});
}

ImageNoise noise_of(const Trial& trial, const std::string& loss) {
  const at::Tensor& like = trial.image;
  const auto variance_at = [&](double level) {
    const at::Tensor mean =
        at::full({1, like.size(1) * trial.detector.colors(), like.size(2), like.size(3)},
                 level * trial.photons, like.options().requires_grad(false));
    return trial.detector.fisher_weight(mean).reciprocal() / (trial.photons * trial.photons);
  };
  const at::Tensor low = variance_at(0.25), middle = variance_at(0.5), high = variance_at(1.0);
  const ImageNoise noise{(high - low) / 0.75, (4.0 * low - high) / 3.0};
  const at::Tensor miss = (noise.gain * 0.5 + noise.variance - middle).abs();
  if (trial.detector.colors() == 1 && (miss <= 1e-3 * middle).all().item<bool>()) return noise;
  throw UsageError(loss +
                   ": needs a detector whose variance grows linearly with the light, without a "
                   "mosaic and without dead pixels (gaussian, poisson, poisson_gaussian, scmos)");
}

at::Tensor draw_each(const Trial& trial, std::string_view purpose,
                     const std::function<at::Tensor(std::int64_t item, RandomStream&)>& draw) {
  std::vector<at::Tensor> items;
  for (std::int64_t item = 0; item < trial.image.size(0); ++item) {
    RandomStream random(
        trial.seed, purpose, 0,
        static_cast<std::uint32_t>(trial.first_sample + static_cast<std::uint64_t>(item)));
    items.push_back(draw(item, random));
  }
  return at::cat(items);
}

at::Tensor normal_draws(const Trial& trial, std::string_view purpose) {
  const at::Tensor& like = trial.image;
  return draw_each(trial, purpose, [&](std::int64_t, RandomStream& random) {
    return random.normal(one_of(like), like.scalar_type(), like.device());
  });
}

at::Tensor uniform_draws(const Trial& trial, std::string_view purpose) {
  const at::Tensor& like = trial.image;
  return draw_each(trial, purpose, [&](std::int64_t, RandomStream& random) {
    return random.uniform(one_of(like), like.scalar_type(), like.device());
  });
}

}  // namespace parfocal::learned
