// SPDX-License-Identifier: Apache-2.0
#include "core/run/study.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <random>
#include <thread>

#include "core/check.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/checksums.h"
#include "core/run/run_status.h"
#include "tests/core/run/child_process.h"
#include "tests/core/run/scratch_folder.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;

const std::vector<StudyCell> kCells = study_cells({"fista", "admm"}, {1, 2, 3});

Summary compute(const StudyCell& cell, const fs::path& folder) {
  write_file_atomically(folder / "image.txt", cell.variant + std::to_string(cell.seed));
  Summary summary;
  const double offset = cell.variant == "admm" ? 10 : 20;
  summary.add("psnr", offset + std::sqrt(static_cast<double>(cell.seed)), "dB");
  if (cell.variant == "admm") summary.add("active", 0.5);
  return summary;
}

std::string tables_of(const fs::path& folder) {
  return read_whole_file(folder / "variants" / "table.csv") +
         read_whole_file(folder / "variants" / "table.json");
}

std::string uninterrupted_tables() {
  const ScratchFolder folder;
  EXPECT_TRUE(run_study(folder.path(), kCells, compute).complete);
  return tables_of(folder.path());
}

TEST(Study, KeepsACompleteFolderPerCell) {
  const ScratchFolder folder;
  const StudyResult result = run_study(folder.path(), kCells, compute);
  EXPECT_EQ(result.computed, 6U);
  for (const auto& cell : kCells) {
    const fs::path path =
        folder.path() / "variants" / cell.variant / ("seed_" + std::to_string(cell.seed));
    EXPECT_TRUE(verify_checksums(path).empty());
    EXPECT_EQ(read_status(path).text(), "success");
    EXPECT_EQ(read_whole_file(path / "image.txt"), cell.variant + std::to_string(cell.seed));
  }
  const fs::path variant = folder.path() / "variants" / "fista";
  EXPECT_EQ(std::distance(fs::directory_iterator(variant), fs::directory_iterator()), 3);
}

TEST(Study, ErrorStopsItAndFinishedCellsAreNotComputedAgain) {
  const ScratchFolder folder;
  int calls = 0;
  const auto fails_at_fourth = [&](const StudyCell& cell, const fs::path& path) {
    if (++calls == 4) throw NumericError("diverged");
    return compute(cell, path);
  };
  EXPECT_THROW((void)run_study(folder.path(), kCells, fails_at_fourth), NumericError);
  EXPECT_FALSE(fs::exists(folder.path() / "variants" / "table.csv"));
  std::vector<StudyCell> computed;
  const StudyResult result =
      run_study(folder.path(), kCells, [&](const StudyCell& cell, const fs::path& path) {
        computed.push_back(cell);
        return compute(cell, path);
      });
  EXPECT_EQ(result.reused, 3U);
  ASSERT_EQ(computed.size(), 3U);
  EXPECT_EQ(computed[0].variant, "admm");
  EXPECT_EQ(computed[0].seed, 1U);
  EXPECT_EQ(tables_of(folder.path()), uninterrupted_tables());
}

TEST(Study, SurvivesKillsWithoutComputingAFinishedCellTwice) {
  const ScratchFolder folder;
  std::mt19937 random(3);
  const auto slow = [&](const StudyCell& cell, const fs::path& path) {
    const auto finished = folder.path() / cell.relative_path();
    if (fs::exists(finished)) throw LogicError("computed again");
    write_file_atomically(path / "early.txt", std::string_view("x"));
    ::usleep(15'000);
    return compute(cell, path);
  };
  int kills = 0;
  for (int attempt = 0; attempt < 100; ++attempt) {
    const pid_t child = start_child([&] { (void)run_study(folder.path(), kCells, slow); });
    std::this_thread::sleep_for(std::chrono::microseconds(5000 + random() % 30000));
    ::kill(child, SIGKILL);
    const int end = wait_for_child(child);
    if (end == 0) break;
    ASSERT_EQ(end, -SIGKILL);
    ++kills;
  }
  EXPECT_GE(kills, 3);
  EXPECT_TRUE(run_study(folder.path(), kCells, slow).complete);
  EXPECT_EQ(tables_of(folder.path()), uninterrupted_tables());
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    EXPECT_EQ(entry.path().string().find(".tmp."), std::string::npos) << entry.path();
  }
}

TEST(Study, DamagedCellIsMovedAsideAndComputedAgain) {
  const ScratchFolder folder;
  (void)run_study(folder.path(), kCells, compute);
  const fs::path cell = folder.path() / kCells[1].relative_path();
  write_file_atomically(cell / "image.txt", std::string_view("damaged"));
  const StudyResult result = run_study(folder.path(), kCells, compute);
  EXPECT_EQ(result.computed, 1U);
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_TRUE(fs::exists(cell.string() + ".damaged_1"));
  EXPECT_TRUE(verify_checksums(cell).empty());
  EXPECT_EQ(tables_of(folder.path()), uninterrupted_tables());
}

TEST(Study, CancelledCellIsNotKept) {
  const ScratchFolder folder;
  int calls = 0;
  StudyOptions options;
  options.cancellation = Cancellation([&] { return calls >= 2; });
  const auto counted = [&](const StudyCell& cell, const fs::path& path) {
    ++calls;
    return compute(cell, path);
  };
  const StudyResult result = run_study(folder.path(), kCells, counted, options);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.computed, 1U);
  EXPECT_FALSE(fs::exists(folder.path() / kCells[1].relative_path()));
}

TEST(Study, CellsOfAnotherConfigurationAreNotMixedIn) {
  const ScratchFolder folder;
  StudyOptions options;
  options.fingerprint = "one";
  (void)run_study(folder.path(), kCells, compute, options);
  options.fingerprint = "two";
  EXPECT_THROW((void)run_study(folder.path(), kCells, compute, options), UsageError);
}

TEST(Study, RefusesEqualCellsAndBadNames) {
  const ScratchFolder folder;
  EXPECT_THROW((void)run_study(folder.path(), study_cells({"a", "a"}, {1}), compute), UsageError);
  EXPECT_THROW((void)run_study(folder.path(), study_cells({"../a"}, {1}), compute), UsageError);
}

// Sample 2, 4, 4, 4, 5, 5, 7, 9: mean 5, sum of squares 32, so s = sqrt(32 / 7).
TEST(StudyTable, HasMeanAndSampleSpread) {
  std::vector<std::pair<std::string, Summary>> summaries;
  for (const double x : {2., 4., 4., 4., 5., 5., 7., 9.}) {
    summaries.emplace_back("a", Summary());
    summaries.back().second.add("x", x, "m");
  }
  summaries.emplace_back("b, c", Summary());
  summaries.back().second.add("y", 3);
  const StudyTable table = make_study_table(summaries);
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].cells[0].n, 8U);
  EXPECT_DOUBLE_EQ(table.rows[0].cells[0].mean, 5);
  ASSERT_TRUE(table.rows[0].cells[0].spread);
  EXPECT_DOUBLE_EQ(*table.rows[0].cells[0].spread, std::sqrt(32.0 / 7.0));
  EXPECT_EQ(table.to_csv(),
            "variant,seeds,x mean [m],x std [m],x n,y mean,y std,y n\n"
            "a,8,5,2.1380899352993952,8,,,0\n"
            "\"b, c\",1,,,0,3,,1\n");
  EXPECT_EQ(table.to_json(),
            "{\"rows\": [\n"
            "  {\"variant\": \"a\", \"seeds\": 8, \"numbers\": {\n"
            "    \"x\": {\"unit\": \"m\", \"n\": 8, \"mean\": 5, \"std\": 2.1380899352993952}\n"
            "  }},\n"
            "  {\"variant\": \"b, c\", \"seeds\": 1, \"numbers\": {\n"
            "    \"y\": {\"unit\": \"\", \"n\": 1, \"mean\": 3, \"std\": null}\n"
            "  }}\n"
            "]}\n");
  summaries.emplace_back("d", Summary());
  summaries.back().second.add("x", 1, "mm");
  EXPECT_THROW((void)make_study_table(summaries), LogicError);
}

}  // namespace
}  // namespace parfocal
