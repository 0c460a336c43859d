// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/bayer_detector.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/error.h"
#include "optics/detectors/poisson_gaussian_detector.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using Pattern = BayerDetector::Pattern;

PoissonGaussianDetector::Params quiet_camera() {
  PoissonGaussianDetector::Params params;
  params.read_noise = Electrons::from_si(1.5);
  params.gain = 0.7;
  params.offset = Counts::from_si(20.0);
  return params;
}

BayerDetector bayer(Pattern pattern) {
  BayerDetector::Params params;
  params.pattern = pattern;
  params.detector = named("detector", "poisson_gaussian", quiet_camera(), "detector.detector");
  BuildContext context;
  context.path = "detector";
  return {params, context};
}

/// [batch, 1, n_y, n_x] of the channel that each pixel sees, by the letters of the pattern.
at::Tensor picked(const at::Tensor& mean, const std::string& letters) {
  at::Tensor mosaic = at::zeros({mean.size(0), 1, mean.size(2), mean.size(3)}, mean.options());
  for (std::int64_t y = 0; y < mean.size(2); ++y) {
    for (std::int64_t x = 0; x < mean.size(3); ++x) {
      const char letter = letters[static_cast<std::size_t>(2 * (y % 2) + x % 2)];
      const std::int64_t channel = letter == 'r' ? 0 : letter == 'g' ? 1 : 2;
      mosaic.select(3, x).select(2, y).select(1, 0).copy_(
          mean.select(3, x).select(2, y).select(1, channel));
    }
  }
  return mosaic;
}

const std::pair<Pattern, const char*> kPatterns[] = {{Pattern::kRggb, "rggb"},
                                                     {Pattern::kBggr, "bggr"},
                                                     {Pattern::kGrbg, "grbg"},
                                                     {Pattern::kGbrg, "gbrg"}};

TEST(BayerDetector, IsTheCameraOnTheMosaic) {
  const PoissonGaussianDetector camera(quiet_camera(), {});
  for (const auto& [pattern, letters] : kPatterns) {
    const BayerDetector detector = bayer(pattern);
    const at::Tensor mean = random_real({2, 3, 5, 7}, 1).abs() * 30.0 + 2.0;
    const at::Tensor mosaic = picked(mean, letters);
    RandomStream random(2, "detector"), same(2, "detector");
    const at::Tensor counts = detector.sample(mean, random);
    EXPECT_TRUE(counts.equal(camera.sample(mosaic, same))) << letters;
    EXPECT_TRUE(detector.negative_log_likelihood(mean, counts)
                    .equal(camera.negative_log_likelihood(mosaic, counts)));
    EXPECT_TRUE(picked(detector.fisher_weight(mean), letters).equal(camera.fisher_weight(mosaic)));
    const auto quadratic = detector.quadratic(counts);
    EXPECT_TRUE(picked(quadratic.weight, letters).equal(camera.quadratic(counts).weight));
    EXPECT_TRUE(picked(quadratic.target, letters).equal(camera.quadratic(counts).target));
  }
}

TEST(BayerDetector, ColorsThatAreNotCountedHaveNoWeight) {
  const BayerDetector detector = bayer(Pattern::kGrbg);
  const at::Tensor mean = at::full({1, 3, 6, 8}, 40.0, at::kDouble);
  const at::Tensor counts = at::full({1, 1, 6, 8}, 50.0, at::kDouble);
  const double share[3] = {0.25, 0.5, 0.25};
  for (const at::Tensor& weight : {detector.fisher_weight(mean), detector.quadratic(counts).weight,
                                   detector.gradient(mean, counts).abs()}) {
    for (std::int64_t c = 0; c < 3; ++c) {
      EXPECT_EQ(weight.select(1, c).gt(0).to(at::kDouble).mean().item<double>(), share[c]);
    }
  }
}

TEST(BayerDetector, GradientIsTheDerivative) {
  const BayerDetector detector = bayer(Pattern::kRggb);
  at::Tensor mean = (random_real({2, 3, 5, 7}, 3).abs() * 30.0 + 2.0).set_requires_grad(true);
  const at::Tensor counts = (random_real({2, 1, 5, 7}, 4) * 6.0 + 40.0).round();
  detector.negative_log_likelihood(mean, counts).sum().backward();
  EXPECT_LE(relative_error(detector.gradient(mean.detach(), counts), mean.grad()), 1e-12);
}

TEST(BayerDetector, RefusesAMeanWithoutColorsAndAMosaicOnAMosaic) {
  const BayerDetector detector = bayer(Pattern::kRggb);
  EXPECT_THAT(
      [&] {
        (void)detector.fisher_weight(at::full({1, 1, 4, 4}, 1.0, at::kDouble));
      },
      ThrowsMessage<UsageError>(
          HasSubstr("detector: the expected image has 1 channels where red, green and blue")));
  BayerDetector::Params inner;
  inner.detector =
      named("detector", "poisson_gaussian", quiet_camera(), "detector.detector.detector");
  BayerDetector::Params outer;
  outer.detector = named("detector", "bayer", inner, "detector.detector");
  BuildContext context;
  context.path = "detector";
  EXPECT_THAT([&] { BayerDetector(outer, context); },
              ThrowsMessage<UsageError>(HasSubstr("detector.detector: counts colors itself")));
}

}  // namespace
}  // namespace parfocal::optics
