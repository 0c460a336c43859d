// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "tests/style/source_tree.h"
#include "tests/style/tidy.h"

namespace parfocal::style {
namespace {

std::vector<std::string> folders_with_sources() {
  std::set<std::string> folders;
  for (const SourceFile& file : cpp_files()) {
    if (file.extension() == ".cpp" && file.top() != "bench" && file.name() != "main.cpp") {
      folders.insert(file.folder());
    }
  }
  return {folders.begin(), folders.end()};
}

class TidyFolder : public ::testing::TestWithParam<std::string> {};

TEST_P(TidyFolder, Passes) {
  if (!why_no_tidy().empty()) GTEST_SKIP() << why_no_tidy();
  std::string files;
  for (const SourceFile& file : cpp_files()) {
    if (file.extension() == ".cpp" && file.folder() == GetParam()) {
      files += " " + shell_word(file.path);
    }
  }
  const CommandResult result = tidy(files);
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Tree, TidyFolder, ::testing::ValuesIn(folders_with_sources()), test_name);

}  // namespace
}  // namespace parfocal::style
