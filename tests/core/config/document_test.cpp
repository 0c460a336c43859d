// SPDX-License-Identifier: Apache-2.0
#include "core/config/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "core/config/diagnostics.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;

/// "line:column message" of the first mistake in a text, or "" if it is read.
std::string first_mistake(const std::string& text) {
  try {
    static_cast<void>(parse_yaml(text, "x.yaml"));
  } catch (const ConfigError& error) {
    const Diagnostic& d = error.diagnostics().front();
    return std::to_string(d.where.line) + ":" + std::to_string(d.where.column) + " " + d.message;
  }
  return "";
}

TEST(Yaml, LocationsCountLinesAndCharactersFromOne) {
  const Node root = parse_yaml("a: 1\n\u00B5: {b: \"x\", c: [1, 2]}\n", "x.yaml");
  EXPECT_EQ(root.find("a")->where.text(), "x.yaml:1:4");
  const Node& map = *root.find("\u00B5");
  EXPECT_EQ(map.where.text(), "x.yaml:2:4");
  EXPECT_EQ(map.entries[1].where.text(), "x.yaml:2:13");
  EXPECT_EQ(map.find("c")->items[1].where.text(), "x.yaml:2:20");
  EXPECT_TRUE(map.find("b")->quoted);
}

TEST(Yaml, ByteOrderMarkAndCarriageReturnsAreAccepted) {
  const Node root = parse_yaml(
      "\xEF\xBB\xBF"
      "a: 1\r\nb:\r\n  c: d\r\n",
      "x.yaml");
  EXPECT_EQ(root.find("b")->find("c")->scalar, "d");
  EXPECT_EQ(root.find("b")->find("c")->where.text(), "x.yaml:3:6");
}

TEST(Yaml, DuplicateKeyNamesBothLines) {
  EXPECT_EQ(first_mistake("a:\n  b: 1\n  c: 2\n  b: 3\n"),
            "4:3 a.b: duplicate key, first written in line 2");
}

TEST(Yaml, MergeKeyIsRefused) {
  EXPECT_EQ(first_mistake("a: &b {x: 1}\nc:\n  <<: *b\n"),
            "3:3 c.<<: merge keys are not accepted; use include or overrides");
}

TEST(Yaml, CyclicAliasIsRefused) {
  EXPECT_EQ(first_mistake("a: &a [1, *a]\n"), "1:11 a.1: alias to a value that contains it");
}

TEST(Yaml, AliasesOfScalarsAndSmallMapsAreExpanded) {
  const Node root = parse_yaml("a: &a {x: 1}\nb: *a\n", "x.yaml");
  EXPECT_EQ(root.find("b")->find("x")->scalar, "1");
  EXPECT_EQ(root.find("b")->where.line, 2);
}

TEST(Yaml, AliasBombEndsAtTheNodeBudget) {
  std::string bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j == 0 ? "" : ", ") + below;
    bomb += "]\n";
  }
  EXPECT_THAT(first_mistake(bomb), HasSubstr("more than 200000 values (aliases count in full)"));
}

TEST(Yaml, NestingIsLimitedTo64) {
  EXPECT_EQ(first_mistake(std::string(64, '[') + std::string(64, ']')), "");
  EXPECT_EQ(first_mistake(std::string(65, '[') + std::string(65, ']')),
            "1:65 nesting too deep: at most 64 levels");
  // The YAML library itself stops at 500 and points at line 1, column 1.
  EXPECT_EQ(first_mistake(std::string(600, '[') + std::string(600, ']')),
            "1:65 nesting too deep: at most 64 levels");
  EXPECT_THAT(first_mistake("a:\n  b: " + std::string(1'000'000, '[')),
              HasSubstr("nesting too deep: at most 64 levels"));
  EXPECT_THAT(first_mistake("a: [[1, 2]\n"), HasSubstr("YAML syntax"));
  EXPECT_THAT(first_mistake("a: &a " + std::string(40, '[') + "1" + std::string(40, ']') +
                            "\nb: " + std::string(40, '[') + "*a" + std::string(40, ']')),
              HasSubstr("nesting too deep"));
}

TEST(Yaml, InvalidUtf8IsRefused) {
  EXPECT_EQ(first_mistake("a: \xFF\n"), "1:4 invalid UTF-8: save the file as UTF-8");
  EXPECT_THAT(first_mistake("a: \xC0\x80\n"), HasSubstr("invalid UTF-8"));      // Overlong.
  EXPECT_THAT(first_mistake("a: \xED\xA0\x80\n"), HasSubstr("invalid UTF-8"));  // Surrogate.
  EXPECT_THAT(first_mistake("a: \xF4\x90\x80\x80\n"),
              HasSubstr("invalid UTF-8"));                                // Above U+10FFFF.
  EXPECT_THAT(first_mistake("a: \xE2\x82"), HasSubstr("invalid UTF-8"));  // Cut off.
}

TEST(Yaml, NulAndControlCharactersAreRefused) {
  EXPECT_EQ(first_mistake(std::string("a: 1\nb: x\0y", 11)), "2:5 NUL byte: this is no text file");
  // The YAML library takes this character for the end of the file.
  EXPECT_EQ(first_mistake("a: 1\nb: 2\x04\nc: 3\n"),
            "2:5 control character: only text is accepted");
  EXPECT_EQ(first_mistake("a: 1\rb: 2\n"), "1:5 carriage return without line feed");
  EXPECT_EQ(first_mistake("a: \"x\\0y\"\n"), "1:4 a: NUL character in a text");
}

TEST(Yaml, SecondDocumentIsRefused) {
  EXPECT_EQ(first_mistake("a: 1\n---\nb: 2\n"),
            "2:1 second document: a file holds one experiment (remove \"---\")");
  EXPECT_EQ(first_mistake("---\na: 1\n"), "");
}

TEST(Yaml, TagsAreRefused) {
  EXPECT_EQ(first_mistake("a: !!str 5\n"),
            "1:4 a: tags are not accepted (\"tag:yaml.org,2002:str\")");
  EXPECT_THAT(first_mistake("a: !mine {b: 1}\n"),
              HasSubstr("a: tags are not accepted (\"!mine\")"));
  EXPECT_THAT(first_mistake("a: !mine [1]\n"), HasSubstr("tags are not accepted"));
}

TEST(Yaml, TabsAsIndentationAreRefused) {
  EXPECT_EQ(first_mistake("a:\n\tb: 1\n"), "2:1 tab in the indentation: indent with spaces");
  EXPECT_EQ(first_mistake("a:\n  \t b: 1\n"), "2:1 tab in the indentation: indent with spaces");
  EXPECT_EQ(first_mistake("a: 1\t# comment\n\t\n"), "");
}

TEST(Yaml, KeysMustBeWords) {
  EXPECT_THAT(first_mistake("? [a, b]\n: 1\n"), HasSubstr("a key must be a plain word"));
  EXPECT_THAT(first_mistake("{: 1}\n"), HasSubstr("a key is missing before \":\""));
  EXPECT_THAT(first_mistake("~: 1\n"), HasSubstr("a key is missing"));
}

TEST(Yaml, SyntaxMistakesCountFromOne) {
  EXPECT_THAT(first_mistake("a: 1\nb: [1, 2\n"), HasSubstr("YAML syntax: "));
  EXPECT_EQ(first_mistake("a: 1\n b: 2\n").substr(0, 4), "2:3 ");
  EXPECT_THAT(first_mistake("a: *nowhere\n"), HasSubstr("YAML syntax"));
}

TEST(Yaml, LargeFilesAreRefusedAndLargeMapsAreQuick) {
  EXPECT_EQ(first_mistake(std::string(5'000'001, ' ')),
            "1:1 larger than 5 MB: this is no experiment file");
  std::string many;
  for (int i = 0; i < 60'000; ++i)
    many += "key_" + std::to_string(i) + ": " + std::to_string(i) + "\n";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(parse_yaml(many, "x.yaml").entries.size(), 60'000U);
  EXPECT_THAT(first_mistake(many + many), HasSubstr("duplicate key"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Yaml, OneLineOfMegabytesIsReadInOnePass) {
  std::string line = "\u00B5: [";
  while (line.size() < 1'000'000) line += "1, ";
  EXPECT_THAT(first_mistake(line + "1]\n"), HasSubstr("1:600002 more than 200000 values"));
}

TEST(Yaml, EmptyTextsHaveNoValue) {
  EXPECT_TRUE(parse_yaml("", "x.yaml").is_null());
  EXPECT_TRUE(parse_yaml("# nothing\n", "x.yaml").is_null());
  EXPECT_EQ(parse_yaml("a:\nb: 1\n", "x.yaml").find("a")->where.text(), "x.yaml:1:1")
      << "the key's place";
}

TEST(Yaml, AllMistakesOfAFileAreReportedTogether) {
  try {
    static_cast<void>(parse_yaml("a: 1\na: 2\nb: !t 3\nc: {d: 1, d: 2}\n", "x.yaml"));
    FAIL();
  } catch (const ConfigError& error) {
    ASSERT_EQ(error.diagnostics().size(), 3U);
    EXPECT_EQ(error.diagnostics()[2].path, "c.d");
  }
}

}  // namespace
}  // namespace parfocal
