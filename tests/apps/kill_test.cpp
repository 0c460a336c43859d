// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <random>
#include <thread>

#include "core/run/atomic_file.h"
#include "core/run/checksums.h"
#include "core/run/run_status.h"
#include "tests/apps/program_runner.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;

using Files = std::vector<std::pair<std::string, std::string>>;

/// Every file under a final name in results/ is byte for byte that of an undisturbed run.
void expect_only_whole_files(const fs::path& run, const Files& whole) {
  if (!fs::exists(run / "results")) return;
  for (const auto& file : files_below(run / "results")) {
    if (file.first.find(".tmp.") != std::string::npos) continue;
    EXPECT_NE(std::find(whole.begin(), whole.end(), file), whole.end())
        << file.first << " is not what a whole run writes";
  }
}

TEST(Kill, AtARandomMomentLeavesNoPartialFileAndATrueStatus) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(run_parfocal({"run", "small.yaml", "-q", "--out", "whole"}, folder.path()).exit_code,
            0);
  const std::chrono::duration<double> whole_time = std::chrono::steady_clock::now() - begin;
  const Files whole = files_below(only_run(folder.path() / "whole", "small") / "results");

  constexpr int kKills = 12;
  std::mt19937_64 random(20261125);
  // The later half of a run, where files are written, is tried more often.
  std::uniform_real_distribution<double> share(0.3, 1.05);
  int killed = 0;
  for (int i = 0; i < kKills; ++i) {
    const std::string out = "out" + std::to_string(i);
    RunningProgram program(program_path(), {"run", "small.yaml", "-q", "--out", out},
                           folder.path());
    std::this_thread::sleep_for(share(random) * whole_time);
    program.send(SIGKILL);
    const int code = program.wait().exit_code;
    if (!fs::exists(folder.path() / out / "small")) continue;
    for (const auto& entry : fs::directory_iterator(folder.path() / out / "small")) {
      if (entry.is_symlink() || !entry.is_directory()) continue;
      expect_only_whole_files(entry.path(), whole);
      if (!fs::exists(entry.path() / "STATUS")) continue;
      const std::string status = read_status(entry.path()).text();
      const int verified = run_parfocal({"verify", entry.path().string()}, folder.path()).exit_code;
      if (code == 0) {
        EXPECT_EQ(status, "success");
        EXPECT_EQ(verified, 0);
      } else {
        ++killed;
        EXPECT_TRUE(status == "aborted (killed)" || status == "success") << status;
        EXPECT_EQ(verified, status == "success" ? 0 : 3) << status;
      }
    }
  }
  RecordProperty("killed_while_running", killed);
}

}  // namespace
}  // namespace parfocal::testing
