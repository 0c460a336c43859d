// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <iostream>
#include <vector>

#include "tests/learned/priors/deblurring_case.h"
#include "tests/support/data.h"

namespace parfocal::test {
namespace {

/// The published means are of seven images and one draw of the noise, and hold to 0.05 dB.
constexpr double kToleranceDb = 0.05;
constexpr double kLow = 2.55 / 255.0, kHigh = 7.65 / 255.0;

/// Of seven images of Set12, 256 x 256, and `draws` draws of the noise.
template <class Score>
double mean_db(double noise, int draws, const std::string& what, const Score& score) {
  double sum = 0.0;
  for (int draw = 1; draw <= draws; ++draw) {
    double of_draw = 0.0;
    for (int number = 1; number <= 7; ++number) {
      of_draw += score(blurred_image(set12_image(number), noise, static_cast<std::uint64_t>(draw),
                                     static_cast<std::uint32_t>(number))) /
                 7.0;
    }
    std::cout << what << ", draw " << draw << ": " << of_draw << " dB\n";
    sum += of_draw;
  }
  return sum / draws;
}

double hqs_db(const DenoisingCase& tried, double noise, int draws, const std::string& what,
              const solvers::PnpHqs::Params& params) {
  const auto prior = denoiser_of(tried);
  return mean_db(noise, draws, what,
                 [&](const BlurredImage& image) { return deblurred_db(image, params, prior); });
}

#define PARFOCAL_REQUIRE_DEBLURRING(tried) \
  PARFOCAL_REQUIRE_DENOISING(tried);       \
  PARFOCAL_REQUIRE_FILE(levin_kernel_file())

TEST(DeblurringOfSevenImages, BlurAndBestWienerFilterAreThePublishedOnes) {
  PARFOCAL_REQUIRE_DEBLURRING(k6N);
  const auto blurred = [](const BlurredImage& image) {
    return psnr_on_8_bit_db(image.problem.counts, image.truth);
  };
  EXPECT_NEAR(mean_db(kLow, 1, "blurred", blurred), 20.56, kToleranceDb);
  EXPECT_NEAR(mean_db(kHigh, 1, "blurred, more noise", blurred), 20.17, kToleranceDb);
  EXPECT_NEAR(mean_db(kLow, 1, "Wiener", best_wiener_db), 25.30, kToleranceDb);
  EXPECT_NEAR(mean_db(kHigh, 1, "Wiener, more noise", best_wiener_db), 21.49, kToleranceDb);
}

TEST(DeblurringOfSevenImages, SixLayersReachThePublishedMean) {
  PARFOCAL_REQUIRE_DEBLURRING(k6N);
  EXPECT_NEAR(hqs_db(k6N, kLow, 2, "6N", {}), 31.73, kToleranceDb);
}

/// One draw scatters the mean by 0.05 dB here, the published one as well: two and a half of that.
/// The published mean is of one draw; ten of ours have a deviation of 0.045 dB, so that the mean of
/// two differs from one by 0.055 dB: twice that is allowed.
TEST(DeblurringOfSevenImages, SixLayersReachThePublishedMeanUnderMoreNoise) {
  PARFOCAL_REQUIRE_DEBLURRING(k6N);
  EXPECT_NEAR(hqs_db(k6N, kHigh, 2, "6N, more noise", {}), 26.93, 0.11);
}

/// Found on ten cut-outs of the five larger images of Set12, which are not among the seven.
TEST(DeblurringOfSevenImages, SeventeenLayersReachThePublishedMeanAndTheTunedScheduleBeatsIt) {
  PARFOCAL_REQUIRE_DEBLURRING(k17N);
  const solvers::PnpHqs::Params tuned = solvers::PnpHqs::tuned();
  std::vector<double> means;
  for (const auto& [name, params] :
       {std::pair{"17N, dpir", solvers::PnpHqs::Params{}}, std::pair{"17N, tuned", tuned}}) {
    means.push_back(hqs_db(k17N, kLow, 1, name, params));
  }
  std::cout << "tuned " << means[1] << " dB, dpir " << means[0] << " dB, published 31.89 dB\n";
  EXPECT_NEAR(means[0], 31.89, kToleranceDb);
  EXPECT_GT(means[1], 31.89);
  EXPECT_GT(means[1], means[0]);
}

TEST(DenoiserContract, NormOfTheJacobianOfSeventeenLayers) {
  PARFOCAL_REQUIRE_DENOISING(k17N);
  const at::Tensor image = set12_image(1).slice(2, 96, 160).slice(3, 96, 160);
  const double norm = jacobian_norm(*denoiser_of(k17N), image);
  std::cout << k17N.file << ": norm of the Jacobian " << norm << "\n";
  EXPECT_GT(norm, 0.5);
}

}  // namespace
}  // namespace parfocal::test
