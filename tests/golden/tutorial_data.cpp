// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/tutorial_data.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/max.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "datasets/image_files.h"
#include "tests/solvers/problems.h"

namespace parfocal::test {

std::optional<std::filesystem::path> tutorial_folder() {
  std::vector<std::filesystem::path> roots;
  if (const char* root = std::getenv("PARFOCAL_DATA")) roots.emplace_back(root);
  roots.push_back(std::filesystem::path(PARFOCAL_SOURCE_DIR) / ".." / "shared" / "data");
  for (const auto& root : roots) {
    const auto folder = root / "lensless" / "diffusercam_tutorial";
    if (std::filesystem::exists(folder / "psf_sample.tif")) return folder;
  }
  return std::nullopt;
}

TutorialData load_tutorial(std::int64_t binning) {
  const std::filesystem::path folder = *tutorial_folder();
  datasets::ImageFileLoader files;
  ImageFile psf;
  psf.file = folder / "psf_sample.tif";
  psf.dark.emplace();
  psf.dark->mean_of.emplace();
  psf.dark->mean_of->rows = {5, 15};
  psf.dark->mean_of->columns = {5, 15};
  psf.binning = binning;
  psf.normalize = ImageFile::Normalize::kL2;
  ImageFile hand = psf;
  hand.file = folder / "rawdata_hand_sample.tif";
  hand.dark.emplace();
  hand.dark->same_as = "psf";

  const LoadedImage loaded_psf = files.load("psf", psf);
  const LoadedImage loaded_hand = files.load("hand", hand);
  return {loaded_psf.values[0], loaded_hand.values, loaded_psf.normalizer, loaded_hand.normalizer,
          loaded_psf.dark_level};
}

Problem tutorial_problem(const TutorialData& data, at::ScalarType dtype,
                         const lensless::LenslessConvolution::Options& options,
                         std::vector<std::shared_ptr<const Prior>> priors) {
  Problem problem;
  problem.model = std::make_shared<lensless::LenslessConvolution>(data.psf.to(dtype), options);
  problem.likelihood = std::make_shared<UnitGaussian>();
  problem.priors = std::move(priors);
  problem.counts = data.counts.to(dtype);
  return problem;
}

ImageNumbers numbers_of(const at::Tensor& image, std::int64_t row, std::int64_t column) {
  const at::Tensor plane = image.detach().to(at::kDouble).squeeze(0).squeeze(0);
  return {std::sqrt((plane * plane).sum().item<double>()), plane.max().item<double>(),
          plane.sum().item<double>(), plane[row][column].item<double>()};
}

double worst_difference(const ImageNumbers& got, const ImageNumbers& expected) {
  const double all[] = {got.norm / expected.norm, got.max / expected.max, got.sum / expected.sum,
                        got.pixel / expected.pixel};
  double worst = 0.0;
  for (const double ratio : all) {
    if (std::isnan(ratio)) return ratio;
    worst = std::max(worst, std::abs(ratio - 1.0));
  }
  return worst;
}

}  // namespace parfocal::test
