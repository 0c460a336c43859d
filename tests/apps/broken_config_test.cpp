// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "apps/experiment.h"
#include "apps/registry.h"
#include "core/config/diagnostics.h"
#include "core/config/document.h"
#include "core/run/exit_codes.h"
#include "tests/apps/program_runner.h"
#include "tests/support/broken_configs.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBroken = 1000;

std::vector<fs::path> shipped_configs() {
  std::vector<fs::path> files;
  const fs::path folder = fs::path(PARFOCAL_SOURCE_DIR) / "configs" / "lensless";
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Files named by experiments need not exist for reading them; the variable must.
void set_data_folder() { ::setenv("PARFOCAL_DATA", "/data", 0); }

struct Outcome {
  int exact = 0, wrong_place = 0, not_found = 0, suggestions = 0, suggested = 0;
};

void judge(const test::BrokenConfig& broken, const std::vector<Diagnostic>& found,
           Outcome& outcome) {
  const auto here = std::find_if(found.begin(), found.end(), [&broken](const Diagnostic& d) {
    return d.where.line == broken.line && d.path == broken.path;
  });
  const bool exact = here != found.end();
  ++(found.empty() ? outcome.not_found : exact ? outcome.exact : outcome.wrong_place);
  if (!exact) {
    std::string said;
    for (const Diagnostic& d : found)
      said += "\n  " + d.where.text() + " " + d.path + " " + d.message;
    ADD_FAILURE() << broken.defect << " expected at line " << broken.line << ", " << broken.path
                  << "; said:" << said << "\n"
                  << broken.text;
    return;
  }
  if (broken.suggestion.empty()) return;
  ++outcome.suggestions;
  if (here->hint.find(broken.suggestion) != std::string::npos) ++outcome.suggested;
}

TEST(BrokenConfigs, AThousandOfThemAreEachExit2WithTheRightLineAndKey) {
  set_data_folder();
  const Registry registry = make_registry();
  const WorkFolder folder;
  const auto files = shipped_configs();
  ASSERT_FALSE(files.empty());
  Outcome outcome;
  std::size_t done = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::size_t share = kBroken / files.size() + (i < kBroken % files.size() ? 1 : 0);
    const Document valid = read_document(files[i]);
    ASSERT_NO_THROW(static_cast<void>(read_experiment(files[i], {}, registry))) << files[i];
    for (const test::BrokenConfig& broken :
         test::broken_configs(experiment_schema(), registry, valid.root, share, 17 + i)) {
      ++done;
      const fs::path file = folder.write("broken.yaml", broken.text);
      try {
        static_cast<void>(read_experiment(file, {}, registry));
        judge(broken, {}, outcome);
      } catch (const ConfigError& error) {
        EXPECT_EQ(exit_code_of(error), ExitCode::kUsage);
        judge(broken, error.diagnostics(), outcome);
      }
      if (HasFailure() && outcome.wrong_place + outcome.not_found > 5) GTEST_FAIL() << "stopped";
    }
  }
  EXPECT_EQ(done, kBroken);
  EXPECT_EQ(outcome.exact, static_cast<int>(kBroken));
  EXPECT_GE(outcome.suggested, 0.95 * outcome.suggestions);
  RecordProperty("suggested", outcome.suggested);
  RecordProperty("suggestions", outcome.suggestions);
}

TEST(BrokenConfigs, ASampleThroughTheProgramIsExit2WithThatLine) {
  set_data_folder();
  const Registry registry = make_registry();
  const WorkFolder folder;
  const Document valid = read_document(shipped_configs().front());
  for (const test::BrokenConfig& broken :
       test::broken_configs(experiment_schema(), registry, valid.root, 20, 5)) {
    const fs::path file = folder.write("broken.yaml", broken.text);
    const ProgramResult result =
        run_parfocal({"check", "--json", file.string()}, folder.path(), {"PARFOCAL_DATA=/data"});
    EXPECT_EQ(result.exit_code, 2) << broken.text;
    EXPECT_THAT(result.out, ::testing::HasSubstr("\"line\":" + std::to_string(broken.line)))
        << broken.defect << "\n"
        << broken.text << result.out;
  }
}

}  // namespace
}  // namespace parfocal::testing
