// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/emccd_detector.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

constexpr double kGain = 1.0 / 45.0, kEmGain = 300.0, kReadNoise = 74.4;

EmccdDetector::Params challenge_camera() {
  EmccdDetector::Params params;
  params.quantum_efficiency = 0.9;
  params.dark = Electrons::from_si(0.002);
  params.em_gain = kEmGain;
  params.read_noise = Electrons::from_si(kReadNoise);
  params.gain = kGain;
  params.offset = Counts::from_si(100.0);
  return params;
}

at::Tensor flat(double photons) { return at::full({1, 1, 400, 500}, photons, at::kDouble); }

TEST(EmccdDetector, CountsHaveMeanAndExcessNoiseOfTheRegister) {
  const EmccdDetector detector(challenge_camera(), {});
  for (const double photons : {0.0, 1.0, 10.0, 200.0}) {
    RandomStream random(1, "detector");
    const at::Tensor counts = detector.sample(flat(photons), random);
    EXPECT_EQ((counts - counts.round()).abs().max().item<double>(), 0.0);
    const double nu = 0.9 * photons + 0.002, per_electron = kEmGain * kGain;
    const double variance =
        2 * nu * per_electron * per_electron + kReadNoise * kReadNoise * kGain * kGain + 1.0 / 12;
    EXPECT_NEAR(counts.mean().item<double>(), per_electron * nu + 100,
                4.5 * std::sqrt(variance / 2e5));
    EXPECT_NEAR(counts.var().item<double>() / variance, 1.0, photons < 5 ? 0.04 : 0.02);
  }
}

TEST(EmccdDetector, ScoreHasMeanZeroAndTheFisherWeightAsVariance) {
  const EmccdDetector detector(challenge_camera(), {});
  for (const double photons : {0.1, 1.0, 10.0, 300.0}) {
    RandomStream random(2, "detector");
    const at::Tensor mean = flat(photons);
    const at::Tensor score = detector.gradient(mean, detector.sample(mean, random));
    const double fisher = detector.fisher_weight(mean)[0][0][0][0].item<double>();
    const at::Tensor square = score.square();
    EXPECT_NEAR(score.mean().item<double>(), 0.0, 4.5 * std::sqrt(fisher / 2e5)) << photons;
    // Rounding to ADU of 45 electrons loses a little of what the density promises.
    EXPECT_NEAR(square.mean().item<double>(), fisher,
                4.5 * square.std().item<double>() / std::sqrt(2e5) + 2e-3 * fisher)
        << photons;
  }
}

TEST(EmccdDetector, ProbabilitiesOfAllCodesSumToOne) {
  const EmccdDetector detector(challenge_camera(), {});
  for (const double photons : {0.0, 0.5, 5.0}) {
    double sum = 0;
    for (double y = 80; y < 400; ++y) {
      sum += std::exp(-detector
                           .negative_log_likelihood(at::full({1, 1}, photons, at::kDouble),
                                                    at::full({1, 1}, y, at::kDouble))
                           .item<double>());
    }
    EXPECT_NEAR(sum, 1.0, 1e-6) << photons;
  }
}

TEST(EmccdDetector, FisherWeightIsThatOfTheDensityAndDifferentiable) {
  const EmccdDetector detector(challenge_camera(), {});
  const double rounding = 1.0 / (12 * kGain * kGain);
  const ElectronMultiplication em{
      at::scalar_tensor(kEmGain, at::kDouble),
      at::scalar_tensor(std::sqrt(kReadNoise * kReadNoise + rounding), at::kDouble)};
  for (const double photons : {0.013, 0.2, 1.7, 33.0, 710.0}) {
    const double nu = 0.9 * photons + 0.002;
    at::Tensor mean = at::full({1, 1, 1, 1}, photons, at::kDouble).set_requires_grad(true);
    const at::Tensor weight = detector.fisher_weight(mean);
    EXPECT_NEAR(weight.item<double>() / (0.81 * em.information(nu)), 1.0, 1e-4) << photons;
    weight.sum().backward();
    const double h = 1e-4 * nu;
    const double slope = (em.information(nu + h) - em.information(nu - h)) / (2 * h) * 0.81 * 0.9;
    EXPECT_NEAR(mean.grad().item<double>() / slope, 1.0, 2e-3) << photons;
  }
  const at::Tensor bright = detector.fisher_weight(at::full({1, 1}, 1e6, at::kDouble));
  EXPECT_NEAR(bright.item<double>() * 2e6 / 0.9, 1.0, 1e-6);
}

TEST(EmccdDetector, GradientIsTheDerivativeAlsoBelowTheTangent) {
  EmccdDetector::Params params = challenge_camera();
  params.dark = Electrons::from_si(0.0);
  const EmccdDetector detector(params, {});
  at::Tensor mean = at::tensor({-2.0, 0.0, 0.0005, 0.3, 7.0, 90.0}, at::kDouble).view({1, 1, 2, 3});
  mean.set_requires_grad(true);
  const at::Tensor counts =
      at::tensor({103.0, 99.0, 120.0, 104.0, 150.0, 700.0}, at::kDouble).view({1, 1, 2, 3});
  detector.negative_log_likelihood(mean, counts).sum().backward();
  EXPECT_LE(relative_error(detector.gradient(mean.detach(), counts), mean.grad()), 1e-12);
}

TEST(EmccdDetector, SurrogateIsUnbiasedForTheMeanSquare) {
  // d/dm E z^2 with E z^2 = (g nu)^2 + 2 g^2 nu, of z = (y - offset) / gain without read noise.
  EmccdDetector::Params params = challenge_camera();
  params.read_noise = Electrons::from_si(0.0);
  params.gain = 100.0;
  params.offset = Counts::from_si(0.0);
  params.em_gain = 4.0;
  params.bits = 24;
  const EmccdDetector detector(params, {});
  for (const double photons : {0.5, 6.0, 40.0}) {
    RandomStream random(3, "detector");
    at::Tensor mean = flat(photons).set_requires_grad(true);
    (detector.sample(mean, random) / 100.0).square().sum().backward();
    const double nu = 0.9 * photons + 0.002;
    const double error = mean.grad().std().item<double>() / std::sqrt(2e5);
    EXPECT_NEAR(mean.grad().mean().item<double>(), 0.9 * 16 * (2 * nu + 2), 4.5 * error) << photons;
  }
}

TEST(EmccdDetector, SaturatedAndDeadPixelsAddNothing) {
  EmccdDetector::Params params = challenge_camera();
  params.bits = 10;
  const EmccdDetector detector(params, {});
  const at::Tensor mean = at::full({1, 1, 1, 3}, 20.0, at::kDouble);
  const at::Tensor counts =
      at::tensor({200.0, 1023.0, std::numeric_limits<double>::quiet_NaN()}, at::kDouble)
          .view({1, 1, 1, 3});
  const at::Tensor first = counts.narrow(-1, 0, 1);
  EXPECT_EQ(detector.negative_log_likelihood(mean, counts).item<double>(),
            detector.negative_log_likelihood(mean.narrow(-1, 0, 1), first).item<double>());
  const auto quadratic = detector.quadratic(counts);
  const double nu = 100.0 * 45 / 300;
  EXPECT_NEAR(quadratic.target[0][0][0][0].item<double>(), (nu - 0.002) / 0.9, 1e-10);
  EXPECT_NEAR(quadratic.weight[0][0][0][0].item<double>(),
              detector.fisher_weight(quadratic.target)[0][0][0][0].item<double>(), 1e-12);
  for (std::int64_t x : {1, 2}) {
    EXPECT_EQ(quadratic.weight[0][0][0][x].item<double>(), 0.0);
    EXPECT_EQ(detector.gradient(mean, counts)[0][0][0][x].item<double>(), 0.0);
  }
}

}  // namespace
}  // namespace parfocal::optics
