// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/apps/program_runner.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kVerbs[] = {"run",    "check",  "explain", "list",  "schema",
                                  "verify", "report", "convert", "doctor"};

/// Every line of stdout is one JSON value.
std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> values;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) values.push_back(nlohmann::json::parse(line));
  return values;
}

TEST(CommandLine, HelpOfEveryVerbFitsAScreenAndShowsAnExample) {
  const WorkFolder folder;
  for (const char* verb : kVerbs) {
    const ProgramResult result = run_parfocal({verb, "--help"}, folder.path());
    EXPECT_EQ(result.exit_code, 0) << verb << result.err;
    EXPECT_THAT(result.out, HasSubstr("xample")) << verb;
    EXPECT_THAT(result.out, HasSubstr(std::string("parfocal ") + verb)) << verb;
    EXPECT_LE(std::count(result.out.begin(), result.out.end(), '\n'), 30) << verb << result.out;
  }
  const ProgramResult all = run_parfocal({"--help"}, folder.path());
  EXPECT_EQ(all.exit_code, 0);
  for (const char* verb : kVerbs) EXPECT_THAT(all.out, HasSubstr(verb));
}

TEST(CommandLine, UnknownVerbIsExit2WithTheNearestName) {
  const WorkFolder folder;
  const ProgramResult result = run_parfocal({"chekc", "x.yaml"}, folder.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("chekc: no such verb; did you mean \"check\"?"));
  EXPECT_THAT(result.out, IsEmpty());
}

TEST(CommandLine, VerbOfALaterVersionSaysSo) {
  const WorkFolder folder;
  const ProgramResult result = run_parfocal({"batch", "runs/x"}, folder.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("batch: this version does not have this verb yet"));
}

TEST(CommandLine, UnknownFlagIsExit2WithTheNearestName) {
  const WorkFolder folder;
  const ProgramResult result = run_parfocal({"run", "x.yaml", "--thread", "3"}, folder.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--thread: unknown flag; did you mean \"--threads\"?"));
}

TEST(CommandLine, NoVerbAndNoArgumentAreExit2) {
  const WorkFolder folder;
  EXPECT_EQ(run_parfocal({}, folder.path()).exit_code, 2);
  EXPECT_EQ(run_parfocal({"run"}, folder.path()).exit_code, 2);
  EXPECT_EQ(run_parfocal({"verify"}, folder.path()).exit_code, 2);
}

TEST(CommandLine, VersionIsPlainAndJson) {
  const WorkFolder folder;
  EXPECT_THAT(run_parfocal({"--version"}, folder.path()).out, HasSubstr("parfocal 0."));
  const ProgramResult result = run_parfocal({"--version", "--json"}, folder.path());
  const auto lines = json_lines(result.out);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["name"], "parfocal");
  EXPECT_TRUE(lines[0]["libraries"].contains("LibTorch"));
}

TEST(CommandLine, MissingFileIsAnErrorThatNamesIt) {
  const WorkFolder folder;
  const ProgramResult result = run_parfocal({"check", "absent.yaml"}, folder.path());
  EXPECT_NE(result.exit_code, 0);
  EXPECT_NE(result.exit_code, 70);
  EXPECT_THAT(result.err, HasSubstr("absent.yaml"));
}

TEST(CommandLine, MissingInputDataIsExit3) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  std::filesystem::remove(folder.path() / "raw.npy");
  const ProgramResult result = run_parfocal({"check", "small.yaml"}, folder.path());
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_THAT(result.err, HasSubstr("raw.npy"));
}

TEST(CommandLine, ConfigErrorsAreAllThereWithLineAndColumn) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  std::string text = small_camera_yaml("small");
  text.replace(text.find("iterations"), 10, "iteratons");
  text.replace(text.find("detector: {type: gaussian, sigma: 1}"), 36,
               "detector: {type: gaussian, sigma: many}");
  const auto config = folder.write("small.yaml", text);
  const ProgramResult result = run_parfocal({"check", config.filename().string()}, folder.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("small.yaml:9:"));
  EXPECT_THAT(result.err, HasSubstr("small.yaml:11:"));
  EXPECT_THAT(result.err, HasSubstr("iterations"));

  const ProgramResult json = run_parfocal({"check", "--json", "small.yaml"}, folder.path());
  EXPECT_EQ(json.exit_code, 2);
  const auto lines = json_lines(json.out);
  ASSERT_EQ(lines.size(), 2U) << json.out;
  for (const char* key : {"file", "line", "col", "key", "code", "message", "hint"}) {
    EXPECT_TRUE(lines[0].contains(key)) << key;
  }
  EXPECT_EQ(lines[0]["line"], 9);
}

TEST(CommandLine, CheckCountsTheChannelsOfAScene) {
  const WorkFolder folder;
  const std::filesystem::path demo =
      std::filesystem::path(PARFOCAL_SOURCE_DIR) / "configs/lensless/diffuser_simulated.yaml";
  const ProgramResult result = run_parfocal({"check", demo.string()}, folder.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("270 x 360 pixels, channels 3, frames 1"));
  EXPECT_THAT(result.out, HasSubstr("unknowns      1166400 per frame"));
}

TEST(CommandLine, CudaThatIsNotThereIsOneClearError) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const ProgramResult doctor = run_parfocal({"doctor", "--json"}, folder.path());
  const std::string device = json_lines(doctor.out).at(0)["device"];
  if (device.rfind("cuda", 0) == 0) GTEST_SKIP() << "this machine has a CUDA device";
  const ProgramResult result =
      run_parfocal({"run", "small.yaml", "--device", "cuda"}, folder.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("cuda"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "runs"));
  EXPECT_EQ(run_parfocal({"run", "small.yaml", "--device", "auto"}, folder.path()).exit_code, 0);
}

TEST(CommandLine, JsonOfEveryVerbParsesAndStdoutHoldsNothingElse) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  ASSERT_EQ(run_parfocal({"run", "small.yaml", "-q"}, folder.path()).exit_code, 0);
  const std::string run = only_run(folder.path() / "runs", "small").string();
  const std::vector<Words> calls = {{"run", "small.yaml", "--json"},
                                    {"run", "small.yaml", "--json", "--dry-run"},
                                    {"check", "small.yaml", "--json"},
                                    {"check", "--resolved", "small.yaml", "--json"},
                                    {"explain", "admm", "--json"},
                                    {"list", "--json"},
                                    {"verify", run, "--json"},
                                    {"report", run, "--json"},
                                    {"convert", "raw.npy", "raw.ome.tif", "--json"},
                                    {"doctor", "--json"},
                                    {"--json", "run", "absent.yaml"},
                                    {"rnu", "--json"}};
  for (const Words& call : calls) {
    const ProgramResult result = run_parfocal(call, folder.path());
    EXPECT_NO_THROW(EXPECT_FALSE(json_lines(result.out).empty()) << call[0]) << call[0] << "\n"
                                                                             << result.out;
  }
  const ProgramResult schema = run_parfocal({"schema", "--json"}, folder.path());
  EXPECT_TRUE(nlohmann::json::accept(schema.out));
}

TEST(CommandLine, BareOverridesAndSetKeepTheirOrder) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const ProgramResult result = run_parfocal(
      {"check", "--resolved", "small.yaml", "reconstruction.solver.iterations=7", "--set",
       "reconstruction.solver.iterations=8", "reconstruction.solver.iterations=9"},
      folder.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("iterations: 9"));
  const ProgramResult flags = run_parfocal(
      {"check", "--resolved", "small.yaml", "--seed", "5", "--threads", "2", "runtime.threads=1"},
      folder.path());
  EXPECT_THAT(flags.out, HasSubstr("threads: 2"));
  EXPECT_THAT(flags.out, HasSubstr("seeds: [5]"));
}

TEST(CommandLine, ExplainFindsComponentsKeysBlocksAndPathsOfAFile) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const auto explain = [&folder](Words words) {
    words.insert(words.begin(), "explain");
    return run_parfocal(words, folder.path());
  };
  EXPECT_THAT(explain({"admm"}).out, HasSubstr("iterations"));
  EXPECT_THAT(explain({"admm.iterations"}).out, HasSubstr("iterations"));
  EXPECT_THAT(explain({"runtime"}).out, HasSubstr("seeds"));
  EXPECT_THAT(explain({"runtime.threads"}).out, HasSubstr("one per core"));
  const ProgramResult path = explain({"small.yaml", "reconstruction.solver.iterations"});
  EXPECT_EQ(path.exit_code, 0) << path.err;
  EXPECT_THAT(path.out, HasSubstr("small.yaml:11"));
  EXPECT_THAT(explain({"small.yaml", "reconstruction.prior.0"}).out, HasSubstr("variation"));
  EXPECT_THAT(explain({"small.yaml", "model.psf"}).out, HasSubstr("file"));
  const ProgramResult wrong = explain({"addm"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("did you mean \"admm\"?"));
  const ProgramResult lost = explain({"small.yaml", "reconstruction.solvr"});
  EXPECT_EQ(lost.exit_code, 2);
  EXPECT_THAT(lost.err, HasSubstr("did you mean \"solver\"?"));
}

TEST(CommandLine, ListShowsKindsAndRefusesUnknownOnes) {
  const WorkFolder folder;
  const ProgramResult all = run_parfocal({"list"}, folder.path());
  EXPECT_THAT(all.out, HasSubstr("lensless_convolution"));
  const ProgramResult solvers = run_parfocal({"list", "solver"}, folder.path());
  EXPECT_THAT(solvers.out, HasSubstr("admm"));
  EXPECT_THAT(solvers.out, Not(HasSubstr("lensless_convolution")));
  const ProgramResult wrong = run_parfocal({"list", "solvr"}, folder.path());
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("did you mean \"solver\"?"));
}

TEST(CommandLine, QuietRunSaysNothingButItsResult) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const ProgramResult result = run_parfocal({"run", "small.yaml", "-q"}, folder.path());
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_THAT(last_line(result.out), HasSubstr("report: "));
}

TEST(CommandLine, DryRunWritesNothing) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const ProgramResult result = run_parfocal({"run", "small.yaml", "--dry-run"}, folder.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("24 x 34 pixels"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "runs"));
}

TEST(CommandLine, UnwritableOutputIsExit6) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const auto occupied = folder.write("occupied", "a file where a folder is needed");
  const ProgramResult result =
      run_parfocal({"run", "small.yaml", "--out", occupied.string()}, folder.path());
  EXPECT_EQ(result.exit_code, 6) << result.err;
  EXPECT_THAT(result.err, HasSubstr("occupied"));
}

}  // namespace
}  // namespace parfocal::testing
