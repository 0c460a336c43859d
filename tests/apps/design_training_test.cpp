// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/run/atomic_file.h"
#include "core/tensor/tensor_file.h"
#include "tests/apps/design_case.h"
#include "tests/apps/program_runner.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// The mask by the closed form first, then the network behind it; the fixed variant has no mask to
/// move in either.
TEST(DesignTraining, AnEarlierTrainingComesFirstWithItsOwnLossAndGroups) {
  const WorkFolder folder;
  const Summary summary = run_design(
      folder, "runs",
      replaced(joint_yaml("compare:\n  open: {optics.mask.surface: {type: flat}}\n  learned: {}\n"),
               "steps: 40",
               "steps: 20\n  frozen: [optics.mask.surface]\n  before: {loss: {type: wiener_error}, "
               "parameters: {optics.mask.surface: {rate: 0.2 rad}}, steps: 30, optimizer: {method: "
               "lbfgs}}"));
  EXPECT_EQ(number(summary, "steps_learned"), 50.0);
  EXPECT_EQ(number(summary, "steps_open"), 20.0);
  EXPECT_GT(number(summary, "score_learned"), number(summary, "score_start_learned"));
  EXPECT_NE(number(summary, "mask_highest_learned"), 0.0);
  const fs::path cell =
      only_run(folder.path() / "runs", "small") / "variants" / "learned" / "seed_0";
  const std::string metrics = read_whole_file(cell / "metrics.csv");
  EXPECT_THAT(metrics, HasSubstr("frame,iteration,loss,loss_before\n0,1,,"));
  EXPECT_THAT(metrics, HasSubstr("\n0,50,"));
}

/// The best of several starts is the start whose own training ends best.
TEST(DesignTraining, AnEarlierTrainingKeepsTheBestOfItsStarts) {
  const WorkFolder folder;
  const std::string mask = "{optics.mask.surface: {rate: 0.2 rad, schedule: cosine}}";
  const auto yaml = [&](const std::string& runtime, int starts) {
    return replaced(
        replaced(design_yaml(), "  parameters: " + mask + "\n  steps: 40",
                 "  parameters: " + mask +
                     "\n  frozen: [optics.mask.surface]\n  before: {loss: {type: wiener_error}, "
                     "steps: 15, starts: " +
                     std::to_string(starts) + ", parameters: " + mask + "}"),
        "threads: 1", "threads: 1, " + runtime);
  };
  const double first = number(run_design(folder, "first", yaml("seeds: [0]", 1)), "score");
  const double second =
      number(run_design(folder, "second", yaml("seeds: [4294967296]", 1)), "score");
  const Summary both = run_design(folder, "both", yaml("seeds: [0]", 2));
  EXPECT_EQ(number(both, "score"), std::max(first, second));
  EXPECT_NE(first, second);
  EXPECT_EQ(number(both, "steps"), 30.0);
  const fs::path alike = folder.write(
      "alike.yaml", replaced(yaml("seeds: [0]", 2), "start_rms: 1 rad", "start_rms: 0 rad"));
  const ProgramResult refused = run_parfocal({"run", alike.string(), "-q"}, folder.path());
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("starts from the same values whatever the seed"));
}

/// A bounded parameter goes on from where the earlier training left it.
TEST(DesignTraining, AReparametrizedParameterGoesOnAfterAnEarlierTraining) {
  const WorkFolder folder;
  const Summary summary = run_design(
      folder, "runs",
      replaced(
          design_yaml(), "  parameters: {optics.mask.surface: {rate: 0.2 rad, schedule: cosine}}",
          "  before: {loss: {type: wiener_error}, steps: 10, parameters: {detector.read_noise: "
          "{rate: 0.1 e-}}}\n  parameters: {detector.read_noise: {rate: 1e-9 e-, bounds: "
          "reparametrization}}"));
  const fs::path run = only_run(folder.path() / "runs", "small");
  const TensorFile found = read_tensor_file(run / "results" / "parameters.safetensors");
  EXPECT_NEAR(found.tensors.at("detector.read_noise").item<double>(), 1.0, 0.2);
}

TEST(DesignTraining, ATrainingIsJudgedOnOtherObjectsAndEndsWhenItGetsNoBetter) {
  const WorkFolder folder;
  const Summary summary = run_design(
      folder, "runs",
      replaced(joint_yaml(), "steps: 40",
               "steps: 40\n  keep: best\n  average: 0.9\n  validation: {every: 10, samples: 3}"));
  EXPECT_EQ(number(summary, "steps"), 40.0);
  const fs::path run = only_run(folder.path() / "runs", "small");
  EXPECT_THAT(read_whole_file(run / "metrics.csv"), HasSubstr("frame,iteration,loss,validation\n"));
  EXPECT_TRUE(fs::is_regular_file(run / "tensorboard" / "events.out.tfevents.parfocal"));
}

/// A rate far too large makes the loss infinite; half of it, and half of that, until it holds.
TEST(DesignTraining, ALossThatIsNotFiniteStopsOrGoesBack) {
  const WorkFolder folder;
  const std::string wild = replaced(joint_yaml(), "reconstruction.network: {rate: 1e-3}",
                                    "reconstruction.network: {rate: 1e30}");
  const fs::path config = folder.write("wild.yaml", wild);
  const ProgramResult stopped = run_parfocal({"run", config.string(), "-q"}, folder.path());
  EXPECT_EQ(stopped.exit_code, 4);
  EXPECT_THAT(stopped.err, HasSubstr("is not finite at step"));
  const fs::path back =
      folder.write("back.yaml", replaced(wild, "steps: 40", "steps: 40\n  on_nan: roll_back"));
  const ProgramResult returned = run_parfocal({"run", back.string(), "-q"}, folder.path());
  EXPECT_EQ(returned.exit_code, 4) << "five halvings do not save this one";
  const fs::path run = folder.path() / "runs" / "small" / "latest";
  EXPECT_THAT(read_whole_file(run / "log.txt"), HasSubstr("back from step"));
  EXPECT_THAT(read_whole_file(run / "log.txt"), HasSubstr("with rates times 0.03125"));
}

}  // namespace
}  // namespace parfocal::testing
