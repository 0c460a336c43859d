// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "core/config/document.h"
#include "core/config/scalar_text.h"

namespace parfocal {
namespace {

bool same_tree(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.scalar != b.scalar || a.items.size() != b.items.size() ||
      a.entries.size() != b.entries.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (!same_tree(a.items[i], b.items[i])) return false;
  }
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    if (a.entries[i].key != b.entries[i].key || !same_tree(a.entries[i].value, b.entries[i].value))
      return false;
  }
  return true;
}

std::string random_text(std::mt19937_64& random) {
  static const std::vector<std::string> parts = {
      "a",    "nm",   " ",   ": ",  ":",    "#",     " #", "-", "- ",     "\n",
      "\t",   "\"",   "'",   "\\",  "{",    "}",     "[",  "]", ",",      "?",
      "&",    "*",    "!",   "|",   ">",    "%",     "@",  "`", "~",      "null",
      "true", "no",   "0",   "1e5", "0x1F", ".nan",  "<<", "=", "\u00B5", "\u2028",
      "\x01", "\x7F", "---", "...", "5 nm", "${A}/b"};
  std::string text;
  for (std::uint64_t i = random() % 4; i > 0; --i) text += parts[random() % parts.size()];
  return text;
}

Node random_tree(std::mt19937_64& random, int depth) {
  const std::uint64_t kind = random() % (depth > 4 ? 2 : 5);
  if (kind == 0 && random() % 4 == 0) return {};
  if (kind <= 1) {
    const std::string text = random_text(random);
    return Node::make_scalar(text, looks_typed(text));
  }
  Node node = kind == 2 ? Node::make_list() : Node::make_map();
  for (std::uint64_t i = random() % 4; i > 0; --i) {
    if (kind == 2) {
      node.items.push_back(random_tree(random, depth + 1));
    } else {
      std::string key = random_text(random);
      if (key == "<<") key = "merge";
      node.set(key, random_tree(random, depth + 1));
    }
  }
  return node;
}

TEST(WriteYaml, AnyTreeReadsBackEqualAndWritesTheSameBytes) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 5000; ++i) {
    const Node tree = random_tree(random, 0);
    const std::string text = write_yaml(tree);
    Node back;
    ASSERT_NO_THROW(back = parse_yaml(text, "x.yaml")) << text;
    ASSERT_TRUE(same_tree(tree, back)) << text;
    ASSERT_EQ(write_yaml(back), text);
  }
}

TEST(WriteYaml, QuotesOnlyWhereNeeded) {
  EXPECT_EQ(yaml_scalar("532 nm", true), "532 nm");
  EXPECT_EQ(yaml_scalar("1000 1/cm", true), "1000 1/cm");
  EXPECT_EQ(yaml_scalar("2 e-", true), "2 e-");
  EXPECT_EQ(yaml_scalar("50 %", true), "50 %");
  EXPECT_EQ(yaml_scalar("-5 px", true), "-5 px");
  EXPECT_EQ(yaml_scalar("/a/b.tif", true), "/a/b.tif");
  EXPECT_EQ(yaml_scalar("5", false), "5");
  EXPECT_EQ(yaml_scalar("5", true), "\"5\"");
  EXPECT_EQ(yaml_scalar("yes", true), "\"yes\"");
  EXPECT_EQ(yaml_scalar(""), "\"\"");
  EXPECT_EQ(yaml_scalar("a: b"), "\"a: b\"");
  EXPECT_EQ(yaml_scalar("${DATA}/x"), "\"${DATA}/x\"");
}

TEST(WriteYaml, BlocksAndListsHaveOneForm) {
  const Node tree =
      parse_yaml("{a: {b: 1, c: []}, d: [1, [2, 3]], e: [{f: 1, g: {h: 2}}, [{i: 1}]], j: ~}", "x");
  EXPECT_EQ(write_yaml(tree),
            "a:\n  b: 1\n  c: []\nd: [1, [2, 3]]\ne:\n  - f: 1\n    g:\n      h: 2\n  -\n    - i: "
            "1\nj: null\n");
}

}  // namespace
}  // namespace parfocal
