// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/config/document.h"
#include "core/error.h"
#include "datasets/register.h"
#include "datasets/scenes/channels.h"
#include "datasets/scenes/dead_leaves.h"
#include "datasets/scenes/measured_scene.h"
#include "datasets/scenes/periodic_dead_leaves.h"
#include "datasets/scenes/siemens_star.h"

namespace parfocal::datasets {
namespace {

TEST(DeadLeaves, SampleDependsOnSeedAndIndexOnly) {
  DeadLeaves::Params params;
  params.size = {40, 33};
  BuildContext context;
  context.seed = 7;
  const DeadLeaves scene(params, context);
  EXPECT_TRUE(at::equal(scene.sample(3), scene.sample(3)));
  EXPECT_FALSE(at::equal(scene.sample(3), scene.sample(4)));
  context.seed = 8;
  EXPECT_FALSE(at::equal(scene.sample(3), DeadLeaves(params, context).sample(3)));
}

TEST(DeadLeaves, GreyValuesAreUniformUpToThePhotonLevel) {
  DeadLeaves::Params params;
  params.size = {256, 256};
  params.radius_max = 16.0;
  params.photons = Photons::from_si(500.0);
  const DeadLeaves scene(params, BuildContext{});
  double mean = 0.0;
  double square = 0.0;
  constexpr int kSamples = 8;
  for (int k = 0; k < kSamples; ++k) {
    const at::Tensor image = scene.sample(static_cast<std::uint64_t>(k)) / 500.0;
    EXPECT_GE(image.min().item<double>(), 0.0);
    EXPECT_LE(image.max().item<double>(), 1.0);
    mean += image.mean().item<double>() / kSamples;
    square += image.square().mean().item<double>() / kSamples;
  }
  // About 500 visible discs in all: the mean of a uniform variable is known to 0.29 / sqrt(500).
  EXPECT_NEAR(mean, 0.5, 4 * 0.013);
  EXPECT_NEAR(square, 1.0 / 3.0, 4 * 0.014);
}

TEST(DeadLeaves, ColourChannelsShareTheirEdges) {
  DeadLeaves::Params params;
  params.size = {64, 64};
  params.channels = 3;
  const at::Tensor image = DeadLeaves(params, BuildContext{}).sample(0);
  ASSERT_EQ(image.sizes().vec(), (std::vector<std::int64_t>{1, 3, 64, 64}));
  const at::Tensor step = image.slice(3, 1, 64) - image.slice(3, 0, 63);
  const at::Tensor edges = step.ne(0.0).to(at::kDouble);
  EXPECT_TRUE(at::equal(edges.select(1, 0), edges.select(1, 1)));
}

TEST(SiemensStar, CircleHoldsOnePeriodPerSpoke) {
  SiemensStar::Params params;
  params.size = {201, 215};
  params.spokes = 12;
  params.radius = 90.0;
  params.photons = Photons::from_si(1.0);
  const at::Tensor image = SiemensStar(params, BuildContext{}).sample(0);
  constexpr int kSteps = 3600;
  const auto bright = [&](int step) {
    const double phi = 2.0 * std::numbers::pi * step / kSteps;
    const auto i = static_cast<std::int64_t>(std::lround(100 + 70.0 * std::sin(phi)));
    const auto j = static_cast<std::int64_t>(std::lround(107 + 70.0 * std::cos(phi)));
    return image[0][0][i][j].item<double>() > 0.5;
  };
  int rises = 0;
  for (int step = 0; step < kSteps; ++step) rises += bright(step) && !bright(step - 1);
  EXPECT_EQ(rises, 12);
  EXPECT_EQ(image[0][0][0][0].item<double>(), 0.0);
}

TEST(SiemensStar, HalfOfTheDiscIsBright) {
  SiemensStar::Params params;
  params.size = {128, 128};
  params.radius = 50.0;
  params.photons = Photons::from_si(2.0);
  const double total = SiemensStar(params, BuildContext{}).sample(0).sum().item<double>();
  const double disc = std::numbers::pi * 50.0 * 50.0;
  EXPECT_NEAR(total / (2.0 * disc), 0.5, 5e-3);  // Rim and centre are sampled at 1/8 pixel.
}

/// An image file of two frames that never touches the disk.
class TwoFrames final : public ImageFiles {
 public:
  explicit TwoFrames(double lowest) : lowest_(lowest) {}
  LoadedImage load(const std::string& path, const ImageFile&) override {
    asked_for = path;
    LoadedImage loaded;
    loaded.values = at::arange(2 * 3 * 4, at::kDouble).view({2, 1, 3, 4}) + lowest_;
    return loaded;
  }
  std::string asked_for;

 private:
  double lowest_;
};

TEST(MeasuredScene, FrameIsTheSampleTimesThePhotons) {
  TwoFrames files(0.0);
  BuildContext context;
  context.path = "scene";
  context.files = &files;
  MeasuredScene::Params params;
  params.photons = Photons::from_si(100.0);
  const MeasuredScene scene(params, context);
  EXPECT_EQ(files.asked_for, "scene.image");
  EXPECT_EQ(scene.sample(0)[0][0][2][3].item<double>(), 1100.0);
  EXPECT_EQ(scene.sample(1)[0][0][0][0].item<double>(), 1200.0);
  EXPECT_TRUE(at::equal(scene.sample(0), scene.sample(2)));
}

TEST(MeasuredScene, NegativeLightIsRefused) {
  TwoFrames files(-0.5);
  BuildContext context;
  context.path = "scene";
  context.files = &files;
  try {
    const MeasuredScene scene(MeasuredScene::Params{}, context);
    FAIL() << "no error";
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(),
                 "scene.image: the smallest value is -0.5; an object must not be negative");
  }
}

/// Printed in the definition of the benchmark.
TEST(PeriodicDeadLeaves, SceneZeroHasThePublishedSumAndPixelForEverySeed) {
  PeriodicDeadLeaves::Params params;
  params.photons = Photons::from_si(1.0);
  BuildContext other;
  other.seed = 7;
  const at::Tensor scene = PeriodicDeadLeaves(params, BuildContext{}).sample(0);
  EXPECT_NEAR(scene.sum().item<double>(), 1574.5958857158, 5e-11);
  EXPECT_NEAR(scene[0][0][0][0].item<double>(), 0.5304091746, 5e-11);
  EXPECT_TRUE(at::equal(PeriodicDeadLeaves(params, other).sample(0), scene));
  EXPECT_FALSE(at::equal(PeriodicDeadLeaves(params, other).sample(1), scene));
}

Channels::Params channels_of(const std::string& yaml) {
  static const Registry registry = [] {
    Registry made;
    register_datasets(made);
    return made;
  }();
  Diagnostics diagnostics;
  ReadContext context(registry, diagnostics);
  Channels::Params params;
  EXPECT_TRUE((schema_of<Channels, Channels::Params>()->read(parse_yaml(yaml, "test.yaml"), context,
                                                             &params, true)));
  diagnostics.throw_if_any();
  return params;
}

TEST(Channels, AreScaledScenesThatDiffer) {
  const std::string leaves = "{type: dead_leaves, size: [20, 24], photons: 100 photon}";
  const Channels scene(
      channels_of("{type: channels, scenes: [" + leaves + ", " + leaves + "], scale: [0.1, 0.5]}"),
      BuildContext{});
  const at::Tensor object = scene.sample(2);
  ASSERT_EQ(object.sizes(), at::IntArrayRef({1, 2, 20, 24}));
  DeadLeaves::Params first;
  first.size = {20, 24};
  first.photons = Photons::from_si(100.0);
  EXPECT_TRUE(at::equal(object.narrow(1, 0, 1), DeadLeaves(first, BuildContext{}).sample(2) * 0.1));
  EXPECT_FALSE(at::equal(object.narrow(1, 0, 1) * 5.0, object.narrow(1, 1, 1)));
  EXPECT_EQ(scene.photons(), 100.0);
}

TEST(Channels, OfUnequalLightOrSizeAreRefused) {
  const std::string one = "{type: dead_leaves, size: [20, 24], photons: 100 photon}";
  const auto scene_with = [&](const std::string& other) {
    return Channels(
        channels_of("{type: channels, scenes: [" + one + ", " + other + "], scale: [1, 1]}"),
        BuildContext{});
  };
  EXPECT_THROW(scene_with("{type: dead_leaves, size: [20, 24], photons: 50 photon}"), UsageError);
  const Channels unequal = scene_with("{type: dead_leaves, size: [20, 20], photons: 100 photon}");
  EXPECT_THROW(static_cast<void>(unequal.sample(0)), UsageError);
}

}  // namespace
}  // namespace parfocal::datasets
