// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/run/atomic_file.h"
#include "core/run/checksums.h"
#include "tests/apps/program_runner.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string study_yaml(const std::string& compare) { return small_camera_yaml("small") + compare; }

fs::path run_study(const WorkFolder& folder, const std::string& out, const std::string& compare) {
  const fs::path config = folder.write("study.yaml", study_yaml(compare));
  const ProgramResult result =
      run_parfocal({"run", config.string(), "-q", "--out", out}, folder.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return only_run(folder.path() / out, "small");
}

constexpr const char* kTwo =
    "compare:\n  tutorial: {}\n  picam: {reconstruction.solver.variant: picam}\n";

TEST(Compare, EveryVariantIsAWholeFolderAndTheReportHoldsOneTable) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const fs::path run = run_study(folder, "runs", kTwo);
  for (const char* variant : {"tutorial", "picam"}) {
    const fs::path cell = run / "variants" / variant / "seed_0";
    EXPECT_TRUE(fs::is_regular_file(cell / "results/object.ome.tif")) << variant;
    EXPECT_TRUE(verify_checksums(cell).empty()) << variant;
  }
  EXPECT_TRUE(verify_checksums(run).empty());
  const std::string html = read_whole_file(run / "report.html");
  EXPECT_THAT(html, HasSubstr("<h2>Comparison</h2>"));
  EXPECT_THAT(html, HasSubstr("<th class=\"n\">picam</th>"));
}

TEST(Compare, VariantsGiveWhatTheyGiveAlone) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const fs::path study = run_study(folder, "a", kTwo);
  ASSERT_EQ(
      run_parfocal({"run", "small.yaml", "-q", "--out", "b", "reconstruction.solver.variant=picam"},
                   folder.path())
          .exit_code,
      0);
  // The other files also hold the digest of their configuration, which differs.
  const fs::path alone = only_run(folder.path() / "b", "small");
  for (const char* name : {"results/object.npy", "results/summary.json", "metrics.csv"}) {
    EXPECT_EQ(read_whole_file(study / "variants/picam/seed_0" / name),
              read_whole_file(alone / name))
        << name;
  }
}

TEST(Compare, SummaryNamesNumberAndVariant) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const fs::path run = run_study(folder, "runs", kTwo);
  const auto summary = nlohmann::json::parse(read_whole_file(run / "results/summary.json"));
  EXPECT_EQ(summary["iterations_picam"]["value"], 20);
  EXPECT_TRUE(summary.contains("object_max_tutorial"));
}

TEST(Compare, SeedsOfOneExperimentGiveMeanAndSpread) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const ProgramResult result =
      run_parfocal({"run", "small.yaml", "-q", "runtime.seeds=[1,2]"}, folder.path());
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const fs::path run = only_run(folder.path() / "runs", "small");
  const auto summary = nlohmann::json::parse(read_whole_file(run / "results/summary.json"));
  // Measured data do not depend on the seed.
  EXPECT_EQ(summary["object_max_std"]["value"], 0.0);
  EXPECT_TRUE(fs::exists(run / "variants/small/seed_2"));
}

TEST(Compare, UnequalStepsAreWarnedOf) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const fs::path run = run_study(
      folder, "runs", "compare:\n  short: {}\n  long: {reconstruction.solver.iterations: 30}\n");
  EXPECT_THAT(read_whole_file(run / "report.html"),
              HasSubstr("the variants ran unequal steps: short 20, long 30"));
  EXPECT_THAT(read_whole_file(run_study(folder, "b", kTwo) / "report.html"),
              Not(HasSubstr("unequal steps")));
}

TEST(Compare, SameStudyTwiceGivesTheSameBytes) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  EXPECT_EQ(files_below(run_study(folder, "a", kTwo) / "variants"),
            files_below(run_study(folder, "b", kTwo) / "variants"));
}

}  // namespace
}  // namespace parfocal::testing
