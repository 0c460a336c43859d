// SPDX-License-Identifier: Apache-2.0
#include "tests/style/tidy.h"

namespace parfocal::style {

namespace {

const std::string kTidy = "clang-tidy --quiet --config-file=.clang-tidy ";

}  // namespace

std::string why_no_tidy() {
  if (!has_command("clang-tidy")) return "clang-tidy is not installed";
  const std::string version = run_shell("clang-tidy --version").output;
  if (version.find("version 14.") == std::string::npos) return "clang-tidy is not 14: " + version;
  return "";
}

CommandResult tidy(const std::string& files) {
  return run_shell(kTidy + "-p " + shell_word(PARFOCAL_BINARY_DIR) + " " + files);
}

CommandResult tidy_alone(const std::string& file) {
  return run_shell(kTidy + shell_word(file) + " -- -std=c++20 -I.");
}

}  // namespace parfocal::style
