// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "core/config/document.h"
#include "core/config/scalar_text.h"
#include "core/config/tree_path.h"
#include "tests/core/config/example_language.h"

namespace parfocal::test {
namespace {

using ::testing::HasSubstr;

std::string shown(const Node& root, const std::string& path) {
  const Node* node = find_path(root, path);
  return node == nullptr ? "(absent)" : inline_text(*node);
}

Node overridden(const std::vector<std::string>& overrides) {
  Node root = parse_yaml(kExampleText, "x.yaml");
  int number = 0;
  for (const std::string& text : overrides)
    apply_override(root, text, "--set #" + std::to_string(++number));
  return root;
}

std::string override_error(const std::string& text) {
  try {
    static_cast<void>(overridden({text}));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(Override, PlainFormReplacesOrAdds) {
  const Node root = overridden({"solver.iterations=7", "camera.read_noise=3e-", "solver.new=1"});
  EXPECT_EQ(shown(root, "solver.iterations"), "7");
  EXPECT_EQ(shown(root, "camera.read_noise"), "3e-");
  EXPECT_EQ(find_path(root, "solver.iterations")->where.text(), "--set #1");
  EXPECT_EQ(shown(root, "solver.new"), "1") << "whether the key is known says the schema";
}

TEST(Override, UnknownKeyIsFoundByTheSchemaAndNamesTheOverride) {
  const ReadExample read = read_example(overridden({"solver.iterations=7", "solver.iteratoins=8"}));
  ASSERT_EQ(read.mistakes.size(), 1U);
  EXPECT_EQ(read.mistakes[0].where.text(), "--set #2");
  EXPECT_EQ(read.mistakes[0].message, "solver.iteratoins: unknown key of admm");
  EXPECT_EQ(read.mistakes[0].hint, "did you mean \"iterations\"?");
}

TEST(Override, PlusAddsOnlyWhatIsNotSet) {
  EXPECT_EQ(shown(overridden({"+solver.tolerance=0.1"}), "solver.tolerance"), "0.1");
  EXPECT_THAT(override_error("+solver.iterations=5"),
              HasSubstr("--set #1: error: solver.iterations: is set already"));
}

TEST(Override, DoublePlusSetsInEitherCase) {
  const Node root = overridden({"++solver.tolerance=0.1", "++solver.iterations=5"});
  EXPECT_EQ(shown(root, "solver.tolerance"), "0.1");
  EXPECT_EQ(shown(root, "solver.iterations"), "5");
}

TEST(Override, TildeDeletes) {
  EXPECT_EQ(shown(overridden({"~solver.iterations"}), "solver.iterations"), "(absent)");
  EXPECT_EQ(shown(overridden({"~solver.iterations=20"}), "solver.iterations"), "(absent)");
  EXPECT_EQ(shown(overridden({"~prior.0"}), "prior"), "[{type: non_negative}]");
  EXPECT_THAT(override_error("~solver.iterations=21"),
              HasSubstr("solver.iterations: is 20, not 21; not deleted"));
  EXPECT_THAT(override_error("~solver.tolerance"),
              HasSubstr("is not set, so it cannot be deleted"));
}

TEST(Override, ValuesAreListsMapsAndQuotedText) {
  const Node root =
      overridden({"wavelengths=[1um, 2 um]", "compare={a: {b: 1}}", "name='two words: here'",
                  "camera.dark=\"#1\"", "prior.0.weight=2", "positions.1.0=9"});
  EXPECT_EQ(shown(root, "wavelengths"), "[1um, 2 um]");
  EXPECT_EQ(shown(root, "compare"), "{a: {b: 1}}");
  EXPECT_EQ(find_path(root, "name")->scalar, "two words: here");
  EXPECT_TRUE(find_path(root, "name")->quoted);
  EXPECT_EQ(find_path(root, "camera.dark")->scalar, "#1");
  EXPECT_EQ(shown(root, "prior.0.weight"), "2");
  EXPECT_EQ(shown(root, "positions"), "[[0, 1], [9, -3]]");
}

TEST(Override, MapWithTypeReplacesAndMapWithoutMerges) {
  const Node root = overridden({"solver={iterations: 3}", "optics.mask.surface={type: flat}"});
  EXPECT_EQ(shown(root, "solver.variant"), "picam");
  EXPECT_EQ(shown(root, "solver.iterations"), "3");
  EXPECT_EQ(shown(root, "optics.mask.surface"), "{type: flat}");
}

TEST(Override, MistakesSayWhatToWrite) {
  EXPECT_THAT(override_error("solver.iterations"),
              HasSubstr("hint: write solver.iterations=VALUE"));
  EXPECT_THAT(override_error("solver.iterations="), HasSubstr("no value after \"=\""));
  EXPECT_THAT(override_error("prior.7.weight=1"), HasSubstr("\"7\" is no index of a list of 2"));
  EXPECT_THAT(override_error("name.x=1"), HasSubstr("leads through a plain value"));
  EXPECT_THAT(override_error("name=a #b"), HasSubstr("\" #\" starts a comment; quote the value"));
  EXPECT_THAT(override_error("name=#b"), HasSubstr("starts a comment"));
  EXPECT_THAT(override_error("name=a: b"), HasSubstr("a list or map needs brackets"));
  EXPECT_THAT(override_error("prior=- a"), HasSubstr("a list or map needs brackets"));
  EXPECT_THAT(override_error("parfocal=2"), HasSubstr("parfocal: can only stand in a file"));
  EXPECT_THAT(override_error("include=x.yaml"), HasSubstr("can only stand in a file"));
  EXPECT_THAT(override_error("a..b=1"),
              HasSubstr("\"a..b\" is no dotted path; expected KEY.KEY=VALUE"));
  EXPECT_THAT(override_error("wavelengths=[1 um"), HasSubstr("is a bracket not closed?"));
  EXPECT_THAT(override_error("name=!t x"), HasSubstr("tags are not accepted"));
}

TEST(Override, TwoHundredMalformedOnesAreAllRefused) {
  const std::vector<std::string> heads = {"", "+", "++", "~", "+++", "~~", "+~", "-", "@"};
  const std::vector<std::string> paths = {"",    ".",      ".a",  "a.",   "a..b", "a b", "a:b",
                                          "a/b", "\u00B5", "a,b", "a\tb", "[a]",  "{a}", "\"a\"",
                                          "'a'", "a\nb",   "$a",  "a.b.", "..",   "a[0]"};
  const std::vector<std::string> values = {"=1", "", "=[1", "=x y: z"};
  std::vector<std::string> malformed;
  for (const std::string& head : heads) {
    for (const std::string& path : paths) {
      for (const std::string& value : values) malformed.push_back(head + path + value);
    }
  }
  for (const char* value : {"[1",           "{a: 1",        "[1]]",    "{a}b",
                            "'x",           "\"x",          "\"\\q\"", "&a",
                            "*a",           "!t 1",         "!!int 1", "a: b",
                            "- a",          "- [a]",        "? a",     "[a, *b]",
                            "{<<: {a: 1}}", "{a: 1, a: 2}", "x #y",    "%a",
                            "@a",           "`a",           "",        " ",
                            "\n",           "1\n2",         "---",     "[1] [2]",
                            "{a: 1} 2",     "\x01",         "\xFF",    "a\r"}) {
    malformed.push_back(std::string("name=") + value);
  }
  ASSERT_GE(malformed.size(), 200U);
  for (const std::string& text : malformed) EXPECT_NE(override_error(text), "") << text;
}

}  // namespace
}  // namespace parfocal::test
