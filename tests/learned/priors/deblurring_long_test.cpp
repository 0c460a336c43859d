// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <iostream>

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
  EXPECT_NEAR(hqs_db(k6N, kLow, 4, "6N", {}), 31.73, kToleranceDb);
}

/// One draw scatters the mean by 0.05 dB here, the published one as well: two and a half of that.
TEST(DeblurringOfSevenImages, SixLayersReachThePublishedMeanUnderMoreNoise) {
  PARFOCAL_REQUIRE_DEBLURRING(k6N);
  EXPECT_NEAR(hqs_db(k6N, kHigh, 4, "6N, more noise", {}), 26.93, 0.12);
}

TEST(DeblurringOfSevenImages, SeventeenLayersReachThePublishedMean) {
  PARFOCAL_REQUIRE_DEBLURRING(k17N);
  EXPECT_NEAR(hqs_db(k17N, kLow, 2, "17N", {}), 31.89, kToleranceDb);
}

}  // namespace
}  // namespace parfocal::test
