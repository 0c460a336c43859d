// SPDX-License-Identifier: Apache-2.0
#include "apps/pipeline.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/registry.h"
#include "core/error.h"
#include "tests/apps/program_runner.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

using ::testing::HasSubstr;

/// A small camera that looks at a scene instead of reading a file.
std::string scene_yaml(const std::string& scene) {
  std::string text = small_camera_yaml("small");
  const std::size_t begin = text.find("data:");
  return text.erase(begin, text.find("model:") - begin) + "scene: " + scene + "\n";
}

struct Built {
  explicit Built(const std::string& text, std::uint64_t seed = 0)
      : camera(folder.path()),
        registry(make_registry()),
        file(read_experiment(folder.write("x.yaml", text), {}, registry)),
        pipeline(file.experiment, Placement{at::kDouble, at::kCPU, seed}, files) {}

  WorkFolder folder;
  SmallCamera camera;
  Registry registry;
  ExperimentFile file;
  datasets::ImageFileLoader files;
  Pipeline pipeline;
};

TEST(Pipeline, PointResponseIsThePsf) {
  const Built built(small_camera_yaml("small"));
  datasets::ImageFileLoader files;
  ImageFile image;
  image.file = built.folder.path() / "psf.npy";
  image.normalize = ImageFile::Normalize::kL2;
  const at::Tensor psf = files.load("x", image).values[0];
  const at::Tensor response = built.pipeline.point_response()[0];
  ASSERT_EQ(response.sizes(), psf.sizes());
  // Two transforms of 48 x 70 values below 1.
  EXPECT_LE((response - psf).abs().max().item<double>(), 1e-14);
}

TEST(Pipeline, WrongSizeNamesBothSizes) {
  const Built built(small_camera_yaml("small"));
  try {
    built.pipeline.require_fit(at::ones({1, 1, 24, 30}), "data.measurement");
    FAIL() << "no error";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("24 x 30 pixels"));
    EXPECT_THAT(error.what(), HasSubstr("24 x 34 pixels"));
  }
  EXPECT_NO_THROW(built.pipeline.require_fit(at::ones({2, 3, 24, 34}), "data.measurement"))
      << "a PSF of one channel serves any number";
}

TEST(Pipeline, SimulationIsAFunctionOfTheSeed) {
  const std::string text = scene_yaml("{type: dead_leaves, size: [24, 34], photons: 100 photon}");
  const Built a(text, 1), b(text, 1), c(text, 2);
  const SimulatedFrame first = simulate_frame(a.file.experiment, a.pipeline);
  const SimulatedFrame second = simulate_frame(b.file.experiment, b.pipeline);
  const SimulatedFrame other = simulate_frame(c.file.experiment, c.pipeline);
  EXPECT_TRUE(first.counts.equal(second.counts));
  EXPECT_FALSE(first.counts.equal(other.counts));
  EXPECT_EQ(first.object.sizes(), (std::vector<std::int64_t>{1, 1, 24, 34}));
}

TEST(Pipeline, AMosaicOfColorsFitsOneChannel) {
  std::string text =
      scene_yaml("{type: dead_leaves, size: [24, 34], channels: 3, photons: 100 photon}");
  text.replace(text.find("{type: gaussian, sigma: 1}"), 26,
               "{type: bayer, detector: {type: poisson}}");
  const Built built(text);
  const SimulatedFrame frame = simulate_frame(built.file.experiment, built.pipeline);
  EXPECT_EQ(frame.counts.sizes(), (std::vector<std::int64_t>{1, 1, 24, 34}));
  EXPECT_EQ(frame.object.sizes(), (std::vector<std::int64_t>{1, 3, 24, 34}));
  EXPECT_NO_THROW(built.pipeline.require_fit(frame.counts, "data.measurement"));
}

TEST(Pipeline, SceneLargerThanTheModelIsRefused) {
  const Built built(scene_yaml("{type: dead_leaves, size: [500, 34], photons: 100 photon}"));
  EXPECT_THROW(static_cast<void>(simulate_frame(built.file.experiment, built.pipeline)),
               UsageError);
}

TEST(Pipeline, ASceneOfOtherChannelsThanThePsfIsRefused) {
  const WorkFolder folder;
  (void)folder.write("colors.yaml", R"(parfocal: 1
name: colors
task: simulate
scene: {type: siemens_star, size: [8, 8], photons: 100 photon}
model:
  type: lensless_convolution
  psf: {type: pupil_psf, pupil: {na: 0.4}, wavelength: [450 nm, 532 nm], size: [16, 16], pitch: [0.25 um, 0.25 um]}
detector: {type: poisson}
)");
  const ProgramResult result = run_parfocal({"check", "colors.yaml"}, folder.path());
  EXPECT_EQ(result.exit_code, 2) << result.out;
  EXPECT_THAT(result.err, HasSubstr("scene: 1 channel, but the model has 2; draw as many channels "
                                    "as the PSF has colors"));
}

TEST(Pipeline, AStackOfPlanesIsNoColorImage) {
  const WorkFolder folder;
  (void)folder.write("stack.yaml", R"(parfocal: 1
name: stack
task: simulate
scene: {type: siemens_star, size: [8, 8], photons: 100 photon}
model:
  type: lensless_convolution
  psf: {type: pupil_psf, pupil: {na: 0.4}, wavelength: 532 nm, size: [16, 16], pitch: [0.3 um, 0.3 um], z: [0 um, 1 um]}
detector: {type: poisson}
)");
  const ProgramResult result = run_parfocal({"check", "stack.yaml"}, folder.path());
  EXPECT_EQ(result.exit_code, 2) << result.out;
  EXPECT_THAT(result.err, HasSubstr("model.psf: is a stack of planes, which this model would take "
                                    "for colors; it needs a PSF of one plane"));
}

}  // namespace
}  // namespace parfocal::testing
