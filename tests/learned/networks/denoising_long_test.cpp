// SPDX-License-Identifier: Apache-2.0
#include "tests/learned/networks/denoising_case.h"

#include <gtest/gtest.h>

#include <iostream>

#include "tests/support/data.h"

namespace parfocal::test {
namespace {

/// The published means are of one draw of the noise. One draw scatters the mean of seven images by
/// 0.016 dB (found with six), the mean of four draws by 0.008 dB.
constexpr double kToleranceDb = 0.03;

const std::vector<int> kSeven{1, 2, 3, 4, 5, 6, 7};
const std::vector<int> kAllTwelve{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

void expect_mean(const DenoisingCase& tried, const std::vector<int>& images, double published,
                 int draws = 4) {
  double sum = 0.0;
  for (int draw = 1; draw <= draws; ++draw) {
    sum += mean_psnr_db(tried, images, static_cast<std::uint64_t>(draw));
  }
  const double got = sum / draws;
  std::cout << tried.file << ", " << images.size() << " images: " << got << " dB\n";
  EXPECT_NEAR(got, published, kToleranceDb);
}

TEST(DenoisingOfSet12, WithKairWeightsReachesThePublishedMean) {
  PARFOCAL_REQUIRE_DENOISING(kKair);
  expect_mean(kKair, kAllTwelve, 30.44, 1);
}

TEST(DenoisingOfSevenImages, WithKairWeightsReachesThePublishedMean) {
  PARFOCAL_REQUIRE_DENOISING(kKair);
  expect_mean(kKair, kSeven, 30.37);
}

TEST(DenoisingOfSevenImages, WithWeightsThatWrapAroundReachesThePublishedMean) {
  PARFOCAL_REQUIRE_DENOISING(k17M);
  expect_mean(k17M, kSeven, 29.82);
}

TEST(DenoisingOfSevenImages, WithWeightsThatAreToldTheNoiseReachesThePublishedMean) {
  PARFOCAL_REQUIRE_DENOISING(k17N);
  expect_mean(k17N, kSeven, 29.37);
}

TEST(DenoisingOfSevenImages, WithSixLayersReachesThePublishedMean) {
  PARFOCAL_REQUIRE_DENOISING(k6N);
  expect_mean(k6N, kSeven, 29.27);
}

}  // namespace
}  // namespace parfocal::test
