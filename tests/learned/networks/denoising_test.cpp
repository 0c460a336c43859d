// SPDX-License-Identifier: Apache-2.0
#include "tests/learned/networks/denoising_case.h"

#include <gtest/gtest.h>

#include "core/tensor/tensor_file.h"
#include "tests/support/data.h"

namespace parfocal::test {
namespace {

/// Image 1 by a program of loops over slices in NumPy, mean of twelve draws of the noise: 30.092,
/// 29.466 and 28.717 dB. One draw scatters by 0.04 dB; two and a half of that.
constexpr double kOneDrawDb = 0.10;

TEST(Denoising, OfOneImageWithKairWeights) {
  PARFOCAL_REQUIRE_DENOISING(kKair);
  EXPECT_NEAR(mean_psnr_db(kKair, {1}, 1), 30.092, kOneDrawDb);
}

TEST(Denoising, OfOneImageWithWeightsThatWrapAround) {
  PARFOCAL_REQUIRE_DENOISING(k17M);
  EXPECT_NEAR(mean_psnr_db(k17M, {1}, 1), 29.466, kOneDrawDb);
}

TEST(Denoising, OfOneImageWithWeightsThatAreToldTheNoise) {
  PARFOCAL_REQUIRE_DENOISING(k17N);
  EXPECT_NEAR(mean_psnr_db(k17N, {1}, 1), 28.717, kOneDrawDb);
}

/// The published mean is of one draw of the noise, as is this one; each scatters by 0.016 dB.
TEST(Denoising, OfSevenImagesWithSixLayers) {
  PARFOCAL_REQUIRE_DENOISING(k6N);
  EXPECT_NEAR(mean_psnr_db(k6N, {1, 2, 3, 4, 5, 6, 7}, 1), 29.27, 0.06);
}

double sum_of(const TensorFile& file, const std::string& name) {
  return file.tensors.at(name).sum(at::kDouble).item<double>();
}

/// Sums that were published with the original files; seven digits.
TEST(Denoising, WeightsHaveThePublishedSums) {
  PARFOCAL_REQUIRE_DENOISING(kKair);
  const TensorFile kair = read_tensor_file(weights_file(kKair));
  EXPECT_NEAR(sum_of(kair, "model.0.weight"), -11.99367, 1e-5);
  EXPECT_NEAR(sum_of(kair, "model.30.weight"), -9.946742, 1e-5);
  EXPECT_NEAR(sum_of(kair, "model.32.bias"), 9.4001e-5, 1e-9);
  EXPECT_NEAR(kair.tensors.at("model.0.weight").flatten()[0].item<double>(), 0.126032546, 1e-9);
  EXPECT_NEAR(sum_of(read_tensor_file(weights_file(k6N)), "model.0.weight"), -56.43396, 1e-5);
  const TensorFile told = read_tensor_file(weights_file(k17N));
  EXPECT_NEAR(sum_of(told, "model.0.weight"), -31.74038, 1e-5);
  EXPECT_NEAR(sum_of(told, "model.32.weight"), 1.124335, 1e-5);
}

}  // namespace
}  // namespace parfocal::test
