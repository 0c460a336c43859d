// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/roll.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "learned/losses/equivariant_imaging.h"
#include "learned/losses/measurement_consistency.h"
#include "learned/losses/measurement_splitting.h"
#include "learned/losses/noise_to_noise.h"
#include "learned/losses/recorrupted.h"
#include "optics/detectors/gaussian_detector.h"
#include "optics/detectors/poisson_gaussian_detector.h"
#include "tests/learned/losses/plain_camera.h"

namespace parfocal::test {
namespace {

constexpr std::int64_t kPixels = 256;
constexpr double kPhotons = 40.0;

double number(const at::Tensor& value) { return value.item<double>(); }

at::Tensor blur(const at::Tensor& y) {
  return (y + at::roll(y, {1}, {-1}) + at::roll(y, {1}, {-2})) / 3.0;
}

/// 65,536 pixels, one exposure.
struct Scene {
  imaging::IncoherentImaging model = plain_camera(kPixels, kPixels);
  at::Tensor object = RandomStream(1).uniform({1, 1, kPixels, kPixels}) * 0.5 + 0.25;

  template <class Detector>
  [[nodiscard]] Trial exposed(const Detector& detector,
                              std::function<at::Tensor(const at::Tensor&)> decoder) const {
    RandomStream random(2, "detector");
    const at::Tensor counts = detector.sample(object * kPhotons, random);
    return decoded(model, detector, kPhotons, object, detector.quadratic(counts).target / kPhotons,
                   std::move(decoder));
  }
};

/// Object values of standard deviation 0.1.
optics::GaussianDetector steady() { return {{0.1 * kPhotons}, BuildContext{}}; }

/// Pearson correlation of the deviations from the object.
double correlation(const at::Tensor& a, const at::Tensor& b, const at::Tensor& object) {
  const at::Tensor da = a - object, db = b - object;
  return number((da * db).mean() / (da.square().mean() * db.square().mean()).sqrt());
}

TEST(Recorrupted, LossExceedsTheSupervisedOneByThePublishedAmount) {
  const Scene scene;
  const double alpha = 0.15;
  const learned::Recorrupted loss({alpha, 1});
  const auto counter = photon_counter();
  const auto camera = steady();
  const double shot = number(scene.object.mean()) / kPhotons;
  const std::pair<Trial, double> cases[] = {{scene.exposed(counter, blur), shot / alpha},
                                            {scene.exposed(camera, blur), 0.01 / alpha}};
  for (const auto& [trial, excess] : cases) {
    const auto pair = loss.split(trial, 0);
    const double supervised = number((blur(pair.seen) - scene.object).square().mean());
    // A mean of squares of n pixels is known to sqrt(2 / n) of itself.
    EXPECT_NEAR((number(loss.value(trial)) - supervised) / excess, 1.0,
                4.0 * std::sqrt(2.0) / kPixels);
    EXPECT_NEAR(correlation(pair.seen, pair.target, scene.object), 0.0, 4.0 / kPixels);
    EXPECT_NEAR(number((pair.seen * (1.0 - alpha) + pair.target * alpha - trial.image).abs().max()),
                0.0, 1e-12);
  }
}

TEST(Recorrupted, ThinnedPhotonsStayWhole) {
  const Scene scene;
  const learned::Recorrupted loss({0.25, 1});
  const auto counter = photon_counter();
  const auto pair = loss.split(scene.exposed(counter, blur), 0);
  const at::Tensor taken = pair.target * 0.25 * kPhotons;
  EXPECT_LT(number((taken - taken.round()).abs().max()), 1e-9);
  EXPECT_GE(number(taken.min()), -1e-9);
}

TEST(Recorrupted, MixedNoiseAndBrokenPhotonsAreRefused) {
  const Scene scene;
  const learned::Recorrupted loss({0.15, 1});
  optics::PoissonGaussianDetector::Params params;
  params.read_noise = Electrons::from_si(2.0);
  const optics::PoissonGaussianDetector mixed(params, BuildContext{});
  EXPECT_THROW(static_cast<void>(loss.value(scene.exposed(mixed, blur))), UsageError);
  const auto counter = photon_counter();
  Trial trial = scene.exposed(counter, blur);
  trial.image = trial.image + 0.3 / kPhotons;
  EXPECT_THROW(static_cast<void>(loss.value(trial)), UsageError);
}

TEST(NoiseToNoise, LossExceedsTheSupervisedOneByTheVarianceOfAnExposure) {
  const Scene scene;
  const learned::NoiseToNoise loss(learned::NoiseToNoise::Params{});
  const auto counter = photon_counter();
  const Trial trial = scene.exposed(counter, blur);
  const double supervised = number((trial.estimate - scene.object).square().mean());
  const double variance = number(scene.object.mean()) / kPhotons;
  EXPECT_NEAR((number(loss.value(trial)) - supervised) / variance, 1.0,
              4.0 * std::sqrt(2.0) / kPixels);
}

TEST(MeasurementConsistency, RewardsADecoderThatFitsTheNoise) {
  const Scene scene;
  const learned::MeasurementConsistency loss(learned::MeasurementConsistency::Params{});
  const auto counter = photon_counter();
  EXPECT_LT(number(loss.value(scene.exposed(counter, [](auto y) { return y; }))), 1e-28);
  const Trial trial = scene.exposed(counter, blur);
  EXPECT_NEAR(number(loss.value(trial)), number((blur(trial.image) - trial.image).square().mean()),
              1e-14);
}

/// Where hidden pixels reach the decoder as 0, one that copies them misses the whole image.
TEST(MeasurementSplitting, LooksAtHiddenPixelsOnly) {
  const Scene scene;
  const learned::MeasurementSplitting loss({0.9, 1});
  const auto counter = photon_counter();
  at::Tensor seen;
  const Trial copy = scene.exposed(counter, [&](const at::Tensor& y) {
    seen = y;
    return y;
  });
  const double value = number(loss.value(copy));
  const at::Tensor hidden = seen.eq(0.0).logical_and(copy.image.ne(0.0)).to(at::kDouble);
  EXPECT_NEAR(number(hidden.mean()), 0.1, 4.0 * 0.3 / kPixels);
  const double drawn = number(copy.image.square().mul(hidden).sum() / hidden.sum());
  EXPECT_NEAR(value, drawn, 1e-3 * drawn);
  const Trial constant = scene.exposed(counter, [](const at::Tensor& y) { return y * 0.0 + 0.5; });
  const double at_hidden = number((constant.image - 0.5).square().mul(hidden).sum() / hidden.sum());
  EXPECT_NEAR(number(loss.value(constant)), at_hidden, 1e-2 * at_hidden);
}

TEST(EquivariantImaging, VanishesForADecoderThatMovesWithTheObject) {
  const Scene scene;
  const auto counter = photon_counter();
  for (const auto group :
       {learned::EquivariantImaging::Group::kShifts, learned::EquivariantImaging::Group::kFlips,
        learned::EquivariantImaging::Group::kSquare}) {
    const learned::EquivariantImaging loss({group, false});
    const auto identity = [](const at::Tensor& y) { return y; };
    EXPECT_LT(number(loss.value(scene.exposed(counter, identity))), 1e-24);
  }
}

TEST(EquivariantImaging, NoiseOfTheSecondImageIsThatOfTheDetector) {
  const Scene scene;
  const auto counter = photon_counter();
  const Trial trial = scene.exposed(counter, [](const at::Tensor& y) { return y; });
  const learned::EquivariantImaging loss({learned::EquivariantImaging::Group::kShifts, true});
  EXPECT_NEAR(number(loss.value(trial)) / (number(trial.image.mean()) / kPhotons), 1.0,
              6.0 * std::sqrt(2.0) / kPixels);
}

TEST(EquivariantImaging, ItemsMoveEachInItsOwnWay) {
  const imaging::IncoherentImaging model = plain_camera(6, 6);
  const auto counter = photon_counter();
  const at::Tensor object =
      RandomStream(3).uniform({1, 1, 6, 6}).expand({32, 1, 6, 6}).contiguous();
  const Trial trial = decoded(model, counter, 10.0, object, object, [](auto y) { return y; });
  const learned::EquivariantImaging loss({learned::EquivariantImaging::Group::kSquare, false});
  const at::Tensor moved = loss.moved(trial, object);
  std::vector<at::Tensor> kinds;
  for (const at::Tensor& item : moved.unbind(0)) {
    bool known = false;
    for (const at::Tensor& kind : kinds) known = known || at::equal(kind, item);
    if (!known) kinds.push_back(item);
  }
  EXPECT_GE(kinds.size(), 6U);
  EXPECT_LE(kinds.size(), 8U);
  const imaging::IncoherentImaging oblong = plain_camera(4, 6);
  const at::Tensor wide = object.slice(2, 0, 4);
  EXPECT_THROW(static_cast<void>(loss.value(
                   decoded(oblong, counter, 10.0, wide, wide, [](auto y) { return y; }))),
               UsageError);
}

}  // namespace
}  // namespace parfocal::test
