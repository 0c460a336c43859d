// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/trial_images.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "optics/detectors/emccd_detector.h"
#include "optics/detectors/poisson_gaussian_detector.h"
#include "tests/learned/losses/plain_camera.h"
#include "tests/support/adjoint_gap.h"

namespace parfocal::test {
namespace {

constexpr std::int64_t kNy = 5, kNx = 6;

at::Tensor image(std::uint64_t seed, std::int64_t batch = 2, std::int64_t conditions = 1) {
  return random_normal({batch, conditions, kNy, kNx}, at::kDouble, seed).abs();
}

TEST(TrialImages, ConditionOfTheEstimateMeetsItsOwnResponse) {
  const at::Tensor psf = random_normal({3, kNy, kNx}, at::kDouble, 1);
  const imaging::IncoherentImaging model(psf, imaging::Boundary::kPeriodic);
  const auto detector = photon_counter();
  const at::Tensor estimate = image(2, 2, 3);
  const Trial trial{model, detector, 50.0, {}, estimate};
  const at::Tensor predicted = learned::predicted_image(trial, estimate, "test");
  for (std::int64_t k = 0; k < 3; ++k) {
    const imaging::IncoherentImaging one(psf.narrow(0, k, 1), imaging::Boundary::kPeriodic);
    const at::Tensor expected = one.forward(estimate.narrow(1, k, 1));
    EXPECT_LT((predicted.narrow(1, k, 1) - expected).abs().max().item<double>(), 1e-13);
  }
}

TEST(TrialImages, NoiseIsThatOfTheDetectorInObjectValues) {
  const auto model = plain_camera(kNy, kNx);
  optics::PoissonGaussianDetector::Params params;
  params.quantum_efficiency = 0.5;
  params.read_noise = Electrons::from_si(3.0);
  params.gain = 2.0;
  params.bits = 32;
  const optics::PoissonGaussianDetector detector(params, BuildContext{});
  const Trial trial = decoded(model, detector, 200.0, {}, image(3), [](auto y) { return y; });
  const learned::ImageNoise noise = learned::noise_of(trial, "test");
  // Counts: gain (0.5 m + N(0, 3)), rounded; back to photons over 0.5 gain, over 200.
  EXPECT_NEAR(noise.gain.mean().item<double>(), 2.0 / 200.0, 1e-12);
  EXPECT_NEAR(noise.variance.max().item<double>(), (9.0 + 1.0 / 48.0) * 4.0 / 40000.0, 1e-12);
}

TEST(TrialImages, DetectorWithoutALinearLawIsRefused) {
  const auto model = plain_camera(kNy, kNx);
  const optics::EmccdDetector detector(optics::EmccdDetector::Params{}, BuildContext{});
  const Trial trial = decoded(model, detector, 3.0, {}, image(4), [](auto y) { return y; });
  EXPECT_THROW(static_cast<void>(learned::noise_of(trial, "test")), UsageError);
}

TEST(TrialImages, DrawsOfASampleDoNotDependOnItsBatch) {
  const auto model = plain_camera(kNy, kNx);
  const auto detector = photon_counter();
  Trial both = decoded(model, detector, 9.0, {}, image(5), [](auto y) { return y; });
  both.first_sample = 40;
  Trial second = both;
  second.image = both.image.narrow(0, 1, 1);
  second.first_sample = 41;
  EXPECT_TRUE(at::equal(learned::normal_draws(both, "a").narrow(0, 1, 1),
                        learned::normal_draws(second, "a")));
  EXPECT_FALSE(at::equal(learned::normal_draws(both, "a"), learned::normal_draws(both, "b")));
}

TEST(TrialImages, WhatIsMissingIsSaid) {
  const auto model = plain_camera(kNy, kNx);
  const auto detector = photon_counter();
  Trial trial{model, detector, 1.0, {}, {}};
  EXPECT_THROW(learned::require_estimate(trial, "test"), UsageError);
  trial.estimate = image(6);
  EXPECT_THROW(learned::require_measurement(trial, "test"), UsageError);
}

}  // namespace
}  // namespace parfocal::test
