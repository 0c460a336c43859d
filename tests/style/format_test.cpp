// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/style/shell.h"
#include "tests/style/source_tree.h"

namespace parfocal::style {
namespace {

// Another release formats a few constructs differently, so the pinned one decides.
constexpr const char* kPinned = "version 14.";

std::string why_not() {
  if (!has_command("clang-format")) return "clang-format is not installed";
  const std::string version = run_shell("clang-format --version").output;
  if (version.find(kPinned) == std::string::npos) return "clang-format is not 14: " + version;
  return "";
}

CommandResult check_format(const std::string& files) {
  return run_shell("clang-format --style=file:.clang-format --dry-run -Werror " + files);
}

TEST(Format, ConfigurationIsActive) {
  if (!why_not().empty()) GTEST_SKIP() << why_not();
  const ScratchFolder scratch("format");
  // 92 columns: too long for Google's 80, right for our 100; and one in Google's form that is not.
  const auto good = scratch.write("good.cpp",
                                  "double propagated_phase_rad(double distance_m, double "
                                  "wavelength_m, double index_medium);\n");
  const auto bad = scratch.write("bad.cpp", "int  *count ( int a ){ return nullptr ; }\n");
  EXPECT_EQ(check_format(shell_word(good)).exit_code, 0) << check_format(shell_word(good)).output;
  EXPECT_NE(check_format(shell_word(bad)).exit_code, 0);
}

TEST(Format, TheWholeTreeFollowsIt) {
  if (!why_not().empty()) GTEST_SKIP() << why_not();
  std::string files;
  for (const SourceFile& file : cpp_files()) files += " " + shell_word(file.path);
  const CommandResult result = check_format(files);
  EXPECT_EQ(result.exit_code, 0) << "run clang-format -i on the files below\n"
                                 << result.output.substr(0, 4000);
}

}  // namespace
}  // namespace parfocal::style
