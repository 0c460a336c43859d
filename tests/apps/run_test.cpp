// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/run/atomic_file.h"
#include "core/run/checksums.h"
#include "core/run/run_status.h"
#include "core/run/summary.h"
#include "tests/apps/program_runner.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

fs::path run_into(const WorkFolder& folder, const std::string& out, const Words& more = {}) {
  Words words = {"run", "small.yaml", "-q", "--out", out};
  words.insert(words.end(), more.begin(), more.end());
  const ProgramResult result = run_parfocal(words, folder.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return only_run(folder.path() / out, "small");
}

TEST(Run, FolderHoldsWhatTheManualSays) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const fs::path run = run_into(folder, "runs");
  for (const char* name :
       {"STATUS", "config.in.yaml", "config.resolved.yaml", "overrides.txt", "command.txt",
        "provenance.json", "log.txt", "events.jsonl", "metrics.csv", "report.html", "SHA256SUMS",
        "results/object.ome.tif", "results/object.npy", "results/object.png", "results/psf.ome.tif",
        "results/measurement.ome.tif", "results/residual.ome.tif", "results/summary.json"}) {
    EXPECT_TRUE(fs::is_regular_file(run / name)) << name;
  }
  EXPECT_FALSE(fs::exists(run / "LOCK"));
  EXPECT_EQ(read_whole_file(run / "STATUS"), "success\n");
  EXPECT_TRUE(verify_checksums(run).empty());
  EXPECT_TRUE(fs::is_symlink(folder.path() / "runs" / "small" / "latest"));
  EXPECT_EQ(run_parfocal({"verify", run.string()}, folder.path()).exit_code, 0);
}

/// The measurement itself stands for the truth: metrics are computed, and other sizes refused.
TEST(Run, MeasuredFramesAreComparedWithTheirTruth) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const fs::path run =
      run_into(folder, "runs",
               {"data.truth={file: raw.npy}", "evaluate={metrics: [{type: ssim, scale: gain}]}"});
  const auto summary = nlohmann::json::parse(read_whole_file(run / "results" / "summary.json"));
  EXPECT_THAT(summary.dump(), HasSubstr("ssim"));
  EXPECT_TRUE(fs::is_regular_file(run / "results" / "truth.ome.tif"));
  const ProgramResult refused = run_parfocal(
      {"run", "small.yaml", "-q", "--out", "b", "data.truth={file: raw.npy, binning: 2}"},
      folder.path());
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(
      refused.err,
      HasSubstr("data.truth: 12 x 17 pixels (channels: 1), but the measurement has 24 x 34"));
}

TEST(Run, SameExperimentTwiceGivesTheSameBytesInResults) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const fs::path first = run_into(folder, "a");
  const fs::path second = run_into(folder, "b");
  EXPECT_EQ(files_below(first / "results"), files_below(second / "results"));
  EXPECT_EQ(read_whole_file(first / "metrics.csv"), read_whole_file(second / "metrics.csv"));
}

TEST(Run, ResolvedConfigIsAFixedPointAndGivesTheSameResults) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const fs::path first = run_into(folder, "a");
  const fs::path resolved = first / "config.resolved.yaml";
  const ProgramResult again =
      run_parfocal({"check", "--resolved", resolved.string()}, folder.path());
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.out, read_whole_file(resolved));
  const ProgramResult run =
      run_parfocal({"run", resolved.string(), "-q", "--out", "b"}, folder.path());
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(files_below(first / "results"),
            files_below(only_run(folder.path() / "b", "small") / "results"));
}

TEST(Run, SummaryOnStdoutIsThatOfTheFolder) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const ProgramResult result = run_parfocal({"run", "small.yaml", "-q", "--json"}, folder.path());
  const nlohmann::json printed = nlohmann::json::parse(result.out);
  const fs::path run = printed["folder"].get<std::string>();
  EXPECT_EQ(printed["summary"],
            nlohmann::json::parse(read_whole_file(run / "results/summary.json")));
  EXPECT_EQ(printed["summary"]["iterations"]["value"], 20);
}

TEST(Run, RenamedInputFilesGiveTheSameConfigDigest) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const auto digest = [](const fs::path& run) {
    return nlohmann::json::parse(read_whole_file(run / "provenance.json"))["config_sha256"];
  };
  const auto first = digest(run_into(folder, "a"));
  fs::copy_file(folder.path() / "raw.npy", folder.path() / "renamed.npy");
  EXPECT_EQ(first, digest(run_into(folder, "b", {"data.measurement.file=renamed.npy"})));
  EXPECT_NE(first, digest(run_into(folder, "c", {"reconstruction.solver.iterations=19"})));
}

TEST(Run, WrongSizeIsExit3AndStatusSaysFailure) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const ProgramResult result =
      run_parfocal({"run", "small.yaml", "-q", "data.measurement.binning=2"}, folder.path());
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("data.measurement: 12 x 17 pixels, 1 channel, but the model "
                                    "makes 24 x 34 pixels, 1 channel"));
  const fs::path run = only_run(folder.path() / "runs", "small");
  EXPECT_EQ(read_whole_file(run / "STATUS"), "failure 3\n");
  EXPECT_TRUE(fs::is_empty(run / "results"));
}

TEST(Run, SignalEndsItAsAbortedWithTheDocumentedCode) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  for (const auto& [signal_number, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    const std::string out = "out" + std::to_string(code);
    RunningProgram program(
        program_path(),
        {"run", "small.yaml", "-q", "--out", out, "reconstruction.solver.iterations=1000000"},
        folder.path());
    const fs::path parent = folder.path() / out / "small";
    for (int i = 0; i < 500 && !fs::exists(parent / "latest" / "metrics.csv"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ASSERT_TRUE(fs::exists(parent / "latest" / "metrics.csv"));
    program.send(signal_number);
    EXPECT_EQ(program.wait().exit_code, code);
    const fs::path run = only_run(folder.path() / out, "small");
    EXPECT_EQ(read_status(run).text(), "aborted");
    EXPECT_TRUE(fs::is_empty(run / "results"));
    EXPECT_TRUE(verify_checksums(run).empty());
  }
}

TEST(Run, VerifyFindsAChangedByte) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const fs::path run = run_into(folder, "runs");
  std::string bytes = read_whole_file(run / "results/object.npy");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file_atomically(run / "results/object.npy", bytes);
  const ProgramResult result = run_parfocal({"verify", run.string()}, folder.path());
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("results/object.npy"));
}

}  // namespace
}  // namespace parfocal::testing
