// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <set>

#include "tests/style/shell.h"

namespace parfocal::style {
namespace {

/// What the program may name as needed, without version: permissive licences, the system, and the
/// vendor's run time. No library under the GPL is among them.
const std::set<std::string>& allowed_libraries() {
  static const std::set<std::string> kAllowed = {
      "libtorch_cpu", "libtorch", "libc10",         "libtorch_cuda", "libc10_cuda",    "libcudart",
      "libtiff",      "libpng16", "libz",           "libyaml-cpp",   "libfmt",         "libspdlog",
      "libstdc++",    "libm",     "libgcc_s",       "libc",          "libpthread",     "libdl",
      "librt",        "libgomp",  "libhdf5_serial", "libhdf5",       "ld-linux-x86-64"};
  return kAllowed;
}

/// "libtiff.so.6" and "libspdlog.so.1.10" -> "libtiff", "libspdlog".
std::set<std::string> needed_libraries(const std::string& readelf_output) {
  static const std::regex kNeeded(R"re(\(NEEDED\)\s+Shared library: \[([^\]]+?)\.so[^\]]*\])re");
  std::set<std::string> names;
  for (std::sregex_iterator match(readelf_output.begin(), readelf_output.end(), kNeeded), end;
       match != end; ++match) {
    names.insert((*match)[1]);
  }
  return names;
}

TEST(Linkage, TheProgramNeedsOnlyAllowedLibraries) {
  const char* program = std::getenv("PARFOCAL_PROGRAM");
  if (program == nullptr || !std::filesystem::exists(program)) {
    GTEST_SKIP() << "the program parfocal is not built";
  }
  if (!has_command("readelf")) GTEST_SKIP() << "readelf is not installed";
  const CommandResult result = run_shell("readelf -d " + shell_word(program));
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const std::set<std::string> needed = needed_libraries(result.output);
  EXPECT_EQ(needed.count("libtorch_cpu"), 1U) << result.output;
  for (const std::string& name : needed) {
    EXPECT_EQ(allowed_libraries().count(name), 1U)
        << name << " is not on the list; is its licence permissive?";
  }
}

TEST(LinkageRules, ReadTheNamesWithoutVersion) {
  const std::string output =
      " 0x01 (NEEDED)             Shared library: [libtiff.so.6]\n"
      " 0x01 (NEEDED)             Shared library: [libspdlog.so.1.10]\n"
      " 0x01 (NEEDED)             Shared library: [libfftw3.so.3]\n"
      " 0x1d (RUNPATH)            Library runpath: [libx.so]\n";
  EXPECT_EQ(needed_libraries(output), (std::set<std::string>{"libfftw3", "libspdlog", "libtiff"}));
  EXPECT_EQ(allowed_libraries().count("libfftw3"), 0U);
}

}  // namespace
}  // namespace parfocal::style
