// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/config/document.h"
#include "tests/core/config/example_language.h"

namespace parfocal::test {
namespace {

/// Replaces, drops, inserts or copies bytes, up to eight times.
std::string mutated(std::string text, std::mt19937_64& random) {
  static const std::string kSpecial = "{}[],:#&*!|>'\"%@`-?~<\n\t\r \\0\x01\xFF\xC2\xB5";
  for (std::uint64_t edits = 1 + random() % 8; edits > 0 && !text.empty(); --edits) {
    const std::size_t at = random() % text.size();
    switch (random() % 5) {
      case 0:
        text[at] = static_cast<char>(random() % 256);
        break;
      case 1:
        text.erase(at, 1 + random() % 10);
        break;
      case 2:
        text.insert(at, 1, kSpecial[random() % kSpecial.size()]);
        break;
      case 3:
        text.insert(random() % text.size(), text.substr(at, random() % 40));
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

TEST(YamlFuzz, MutatedExperimentsAreReadOrRefusedWithAPlace) {
  std::mt19937_64 random(3);
  int refused = 0, read = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string text = mutated(kExampleText, random);
    try {
      const ReadExample result = read_example(text);
      ++(result.mistakes.empty() ? read : refused);
      for (const Diagnostic& d : result.mistakes)
        ASSERT_GE(d.where.line, 1) << d.message << "\n" << text;
    } catch (const ConfigError& error) {
      ++refused;
      ASSERT_FALSE(error.diagnostics().empty());
      for (const Diagnostic& d : error.diagnostics()) {
        ASSERT_GE(d.where.line, 1) << text;
        ASSERT_FALSE(d.message.empty());
      }
    }
  }
  EXPECT_GT(refused, 5000);
  EXPECT_GT(read, 20);
}

TEST(YamlFuzz, MutatedOverridesAreAppliedOrRefused) {
  std::mt19937_64 random(4);
  const Node valid = parse_yaml(kExampleText, "x.yaml");
  for (int i = 0; i < 5'000; ++i) {
    Node root = valid;
    const std::string text =
        mutated("++optics.mask.surface={type: cubic, strength: [1 rad, 'a b']}", random);
    try {
      apply_override(root, text, "--set #1");
    } catch (const ConfigError& error) {
      ASSERT_EQ(error.diagnostics().front().where.text(), "--set #1") << text;
    }
  }
}

}  // namespace
}  // namespace parfocal::test
