// SPDX-License-Identifier: Apache-2.0
#include "tests/learned/networks/denoising_case.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <fmt/format.h>

#include <cmath>

#include "core/tensor/random.h"
#include "datasets/image_files.h"
#include "tests/learned/networks/built_network.h"
#include "tests/support/data.h"

namespace parfocal::test {
namespace {

constexpr double kSigma = 25.0 / 255.0;

/// [1, 1, n_y, n_x] in [0, 255].
at::Tensor load_grey(const std::filesystem::path& file) {
  ImageFile image;
  image.file = file;
  return datasets::ImageFileLoader().load("image", image).values;
}

double psnr_db(const at::Tensor& estimate, const at::Tensor& truth) {
  const at::Tensor rounded = (estimate.to(at::kDouble) * 255.0).round().clamp(0, 255);
  return 10.0 * std::log10(255.0 * 255.0 / (rounded - truth).square().mean().item<double>());
}

}  // namespace

learned::DnCnn::Params params_of(const DenoisingCase& tried) {
  learned::DnCnn::Params params;
  params.depth = tried.depth;
  params.weights = weights_file(tried);
  if (tried.wraps) {
    params.padding = learned::Padding::kCircular;
    params.bias = learned::BiasedLayers::kHidden;
  }
  params.noise_level = tried.told_noise;
  params.dropped_channels = tried.told_noise ? 1 : 0;
  return params;
}

std::filesystem::path weights_file(const DenoisingCase& tried) {
  return data_file("weights/" + tried.file);
}

std::filesystem::path set12_file(int number) {
  return data_file(fmt::format("images/set12/{:02}.png", number));
}

double mean_psnr_db(const DenoisingCase& tried, const std::vector<int>& images,
                    std::uint64_t seed) {
  const at::NoGradGuard no_gradients;
  const auto built = build_network<learned::DnCnn>(params_of(tried), at::kFloat);
  double sum = 0.0;
  for (const int number : images) {
    const at::Tensor truth = load_grey(set12_file(number));
    RandomStream random(seed, "noise", 0, static_cast<std::uint32_t>(number));
    at::Tensor x = (truth / 255.0 + random.normal(truth.sizes()) * kSigma).to(at::kFloat);
    if (tried.told_noise) x = at::cat({x, at::full_like(x, kSigma)}, 1);
    sum += psnr_db(built.network->forward(x), truth);
  }
  return sum / static_cast<double>(images.size());
}

}  // namespace parfocal::test
