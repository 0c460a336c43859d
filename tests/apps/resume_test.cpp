// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "core/run/atomic_file.h"
#include "core/run/run_status.h"
#include "tests/apps/resume_case.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const ResumeCase& study() {
  static const ResumeCase once(60);
  return once;
}

/// The folders of the checkpoints of the main training of the cell that was computed, oldest first.
std::vector<fs::path> checkpoints_of(const fs::path& run) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(run / "checkpoints")) {
    const std::string name = entry.path().filename().string();
    const bool is_main = entry.path().parent_path().filename() == "main";
    if (is_main && name.starts_with("ckpt-") && name.find(".tmp.") == std::string::npos) {
      found.push_back(entry.path());
    }
  }
  std::ranges::sort(found);
  return found;
}

/// Stopped in the second variant, after its earlier training.
fs::path stopped(const std::string& out) { return study().stopped_run(out, 100, 0.0, SIGTERM); }

TEST(Resume, KilledAtRandomMomentsTheBytesAreThoseOfAnUndisturbedRun) {
  RecordProperty("kills_while_writing", kill_and_resume(study(), 3, 20261126));
}

TEST(Resume, StoppedByASignalItGoesOnFromThatStep) {
  const fs::path run = stopped("stopped");
  EXPECT_EQ(read_status(run).text(), "aborted");
  ASSERT_FALSE(checkpoints_of(run).empty());
  EXPECT_EQ(study().resume(run).exit_code, 0);
  study().expect_same_as_undisturbed(run);
  EXPECT_THAT(read_whole_file(run / "log.txt"), HasSubstr("resumed after step"));
  const ProgramResult again = study().resume(run);
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("has ended with success"));
}

/// Its pairs are kept, and with them the direction of the next step.
TEST(Resume, ATrainingByLbfgsGoesOnWithTheSameBytes) {
  const ResumeCase study(16, "lbfgs");
  const fs::path run = study.stopped_run("stopped", 7, 0.0, SIGTERM);
  EXPECT_EQ(study.resume(run).exit_code, 0);
  study.expect_same_as_undisturbed(run);
  EXPECT_THAT(read_whole_file(run / "log.txt"), HasSubstr("resumed after step"));
}

TEST(Resume, ADamagedNewestCheckpointFallsBackAndSaysSo) {
  const fs::path run = stopped("damaged");
  const std::vector<fs::path> found = checkpoints_of(run);
  ASSERT_EQ(found.size(), 2U);
  fs::resize_file(found.back() / "tensors.safetensors", 100);
  EXPECT_EQ(study().resume(run).exit_code, 0);
  study().expect_same_as_undisturbed(run);
  const std::string log = read_whole_file(run / "log.txt");
  EXPECT_THAT(log, HasSubstr("checkpoint skipped: " + found.back().string()));
  const std::string step = std::to_string(std::stoi(found[0].filename().string().substr(5)));
  EXPECT_THAT(log, HasSubstr("resumed after step " + step + " of 60"));
}

TEST(Resume, WithoutAValidCheckpointItDoesNotBeginAnewInSilence) {
  const fs::path run = stopped("all_damaged");
  for (const fs::path& found : checkpoints_of(run)) fs::remove(found / "tensors.safetensors");
  const ProgramResult resumed = study().resume(run);
  EXPECT_EQ(resumed.exit_code, 3);
  EXPECT_THAT(resumed.err, HasSubstr("none of its checkpoints is valid"));
  EXPECT_THAT(resumed.err, HasSubstr("remove the folder"));
}

TEST(Resume, AnotherNumberOfThreadsIsRefusedOrDeclared) {
  const fs::path run = stopped("threads");
  const ProgramResult refused = study().resume(run, {"--threads", "2"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--threads 2: the run began with 1"));
  EXPECT_EQ(read_status(run).text(), "aborted");
  const ProgramResult declared = study().resume(run, {"--threads", "2", "--allow-nonidentical"});
  EXPECT_EQ(declared.exit_code, 0) << declared.err;
  EXPECT_THAT(read_whole_file(run / "provenance.json"),
              HasSubstr("threads is 2, the checkpoint was made with 1"));
}

TEST(Resume, WhatIsNoRunIsRefused) {
  const WorkFolder folder;
  const ProgramResult result = run_parfocal({"resume", "nowhere"}, folder.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("is not a run folder"));
}

/// A reconstruction has no checkpoints: it begins again in its folder.
TEST(Resume, AStoppedReconstructionIsComputedAgain) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  ASSERT_EQ(run_parfocal({"run", "small.yaml", "-q", "--out", "whole"}, folder.path()).exit_code,
            0);
  RunningProgram program(
      program_path(),
      {"run", "small.yaml", "-q", "--out", "out", "reconstruction.solver.iterations=1000000"},
      folder.path());
  const fs::path out = folder.path() / "out" / "small";
  while (!fs::exists(out / "latest" / "metrics.csv")) usleep(1000);
  program.send(SIGKILL);
  EXPECT_EQ(program.wait().exit_code, 128 + SIGKILL);
  const fs::path run = only_run(folder.path() / "out", "small");
  std::string config = read_whole_file(run / "config.resolved.yaml");
  config.replace(config.find("1000000"), 7, "20");
  write_file_atomically(run / "config.resolved.yaml", config);
  const ProgramResult resumed = run_parfocal({"resume", run.string(), "-q"}, folder.path());
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(files_below(run / "results"),
            files_below(only_run(folder.path() / "whole", "small") / "results"));
}

}  // namespace
}  // namespace parfocal::testing
