// SPDX-License-Identifier: Apache-2.0
#include "tests/style/tidy.h"

#include <gtest/gtest.h>

namespace parfocal::style {
namespace {

TEST(Tidy, ConfigurationIsActive) {
  if (!why_no_tidy().empty()) GTEST_SKIP() << why_no_tidy();
  const ScratchFolder scratch("tidy");
  const auto good = scratch.write("good.cpp",
                                  "class PhaseMask {\n public:\n"
                                  "  int levels() const { return levels_; }\n"
                                  " private:\n  int levels_ = 2;\n};\n");
  const auto bad = scratch.write("bad.cpp",
                                 "class phase_mask {\n public:\n"
                                 "  int Levels() const { return m_levels; }\n"
                                 " private:\n  int m_levels = 2;\n};\n");
  EXPECT_EQ(tidy_alone(good).exit_code, 0) << tidy_alone(good).output;
  const CommandResult result = tidy_alone(bad);
  EXPECT_NE(result.exit_code, 0);
  EXPECT_NE(result.output.find("readability-identifier-naming"), std::string::npos)
      << result.output;
}

TEST(Tidy, AFewFilesPass) {
  if (!why_no_tidy().empty()) GTEST_SKIP() << why_no_tidy();
  const CommandResult result =
      tidy("core/run/sha256.cpp core/run/entry_name.cpp tests/style/source_tree.cpp");
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

}  // namespace
}  // namespace parfocal::style
