// SPDX-License-Identifier: Apache-2.0
#include "tests/support/broken_configs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/config/document.h"
#include "tests/core/config/example_language.h"

namespace parfocal::test {
namespace {

std::vector<Diagnostic> mistakes_in(const std::string& text) {
  try {
    return read_example(text).mistakes;
  } catch (const ConfigError& error) {
    return error.diagnostics();
  }
}

TEST(BrokenConfigs, EachIsRefusedAtItsLineAndKeyWithTheRightSuggestion) {
  const Node valid = parse_yaml(kExampleText, "x.yaml");
  const auto broken = broken_configs(example_schema(), example_registry(), valid, 1000, 7);
  ASSERT_EQ(broken.size(), 1000U);
  int asked = 0, suggested = 0;
  std::map<std::string, int> defects;
  for (const BrokenConfig& config : broken) {
    ++defects[config.defect];
    const std::vector<Diagnostic> mistakes = mistakes_in(config.text);
    const auto found = std::ranges::find_if(mistakes, [&](const Diagnostic& d) {
      return d.where.line == config.line && d.path == config.path;
    });
    ASSERT_NE(found, mistakes.end())
        << config.defect << " at line " << config.line << ", " << config.path << "\n"
        << (mistakes.empty() ? "accepted"
                             : mistakes.front().where.text() + mistakes.front().message)
        << "\n"
        << config.text;
    if (config.suggestion.empty()) continue;
    ++asked;
    if (found->hint.find("\"" + config.suggestion + "\"") != std::string::npos) ++suggested;
  }
  EXPECT_GT(asked, 200);
  EXPECT_GE(suggested, (asked * 95 + 99) / 100);
  for (const char* defect : {"typo", "extra", "duplicate", "missing", "unit", "bare_number",
                             "range", "type", "choice", "unknown_type"}) {
    EXPECT_GT(defects[defect], 0) << defect;
  }
}

TEST(BrokenConfigs, SameSeedGivesTheSameTexts) {
  const Node valid = parse_yaml(kExampleText, "x.yaml");
  const auto texts = [&](std::uint64_t seed) {
    std::string all;
    for (const auto& config : broken_configs(example_schema(), example_registry(), valid, 50, seed))
      all += config.text;
    return all;
  };
  EXPECT_EQ(texts(1), texts(1));
  EXPECT_NE(texts(1), texts(2));
}

}  // namespace
}  // namespace parfocal::test
