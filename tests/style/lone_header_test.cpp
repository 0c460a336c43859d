// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <future>

#include "tests/style/include_graph.h"
#include "tests/style/shell.h"

namespace parfocal::style {
namespace {

// Most headers are proven by their own source, which includes them first (see include_graph_test).
// The others, mostly interfaces, are compiled here one by one.

CommandResult compile_alone(const ScratchFolder& scratch, const std::string& name,
                            const std::string& text) {
  const auto source = scratch.write(name, text);
  return run_shell(
      PARFOCAL_CXX
      " -std=c++20 -fsyntax-only -x c++ -I. -DPARFOCAL_SOURCE_DIR='\".\"' " PARFOCAL_SYSTEM_INCLUDES
      " " +
      shell_word(source));
}

std::string compile_header(const ScratchFolder& scratch, const std::string& header) {
  std::string name = header;
  std::replace(name.begin(), name.end(), '/', '-');
  const CommandResult result =
      compile_alone(scratch, name + ".cpp", "#include \"" + header + "\"\n");
  return result.exit_code == 0 ? "" : header + " does not compile alone:\n" + result.output;
}

TEST(LoneHeader, CompilesAlone) {
  const ScratchFolder scratch("lone_header");
  const auto headers = headers_without_source(cpp_files());
  ASSERT_FALSE(headers.empty());
  constexpr std::size_t kAtOnce = 2;
  std::array<std::future<std::string>, kAtOnce> lanes;
  for (std::size_t lane = 0; lane < kAtOnce; ++lane) {
    lanes[lane] = std::async(std::launch::async, [&, lane] {
      std::string findings;
      for (std::size_t i = lane; i < headers.size(); i += kAtOnce) {
        findings += compile_header(scratch, headers[i]);
      }
      return findings;
    });
  }
  for (auto& lane : lanes) EXPECT_EQ(lane.get(), "");
}

TEST(LoneHeaderRules, SeeAHeaderThatLeansOnAnother) {
  const ScratchFolder scratch("leaning_header");
  EXPECT_NE(compile_alone(scratch, "leaning.cpp", "std::string name();\n").exit_code, 0);
  EXPECT_EQ(
      compile_alone(scratch, "whole.cpp", "#include <string>\nstd::string name();\n").exit_code, 0);
}

}  // namespace
}  // namespace parfocal::style
