// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/document.h"
#include "core/config/tree_path.h"
#include "tests/core/config/example_language.h"

namespace parfocal::test {
namespace {

using ::testing::HasSubstr;

std::string reading_error(const std::filesystem::path& file) {
  try {
    static_cast<void>(read_document(file));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

std::string value(const Document& document, const std::string& path) {
  const Node* node = find_path(document.root, path);
  return node == nullptr ? "(absent)" : node->scalar;
}

TEST(Include, TheFileWinsOverItsIncludesAndLaterOnesOverEarlier) {
  const TemporaryFolder folder;
  folder.write("parts/a.yaml", "parfocal: 1\nx: {one: a, two: a, three: a, four: a}\n");
  folder.write("parts/b.yaml", "parfocal: 1\nx: {two: b, three: b, four: b}\nlist: [1, 2]\n");
  const auto file = folder.write(
      "c.yaml",
      "parfocal: 1\ninclude: [parts/a.yaml, parts/b.yaml]\nx: {three: c, four: c}\nlist: [3]\n");
  const Document document = read_document(file, {"x.four=d"});
  EXPECT_EQ(value(document, "x.one"), "a");
  EXPECT_EQ(value(document, "x.two"), "b");
  EXPECT_EQ(value(document, "x.three"), "c");
  EXPECT_EQ(value(document, "x.four"), "d");
  EXPECT_EQ(document.root.find("list")->items.size(), 1U) << "lists are replaced";
  EXPECT_EQ(document.root.find("include"), nullptr);
  EXPECT_EQ(document.root.entries.front().key, "parfocal");
}

TEST(Include, ValuesRememberTheirFileAndWhoIncludedIt) {
  const TemporaryFolder folder;
  folder.write("b.yaml", "parfocal: 1\nx: 1\n");
  folder.write("a.yaml", "parfocal: 1\ninclude: b.yaml\n");
  const auto file = folder.write("c.yaml", "parfocal: 1\n\ninclude: a.yaml\n");
  const SourceLocation where = read_document(file).root.find("x")->where;
  EXPECT_EQ(where.text(), (folder.path() / "b.yaml").string() + ":2:4");
  ASSERT_EQ(where.included_from.size(), 2U);
  EXPECT_EQ(where.included_from[0], (folder.path() / "a.yaml").string() + ":2");
  EXPECT_EQ(where.included_from[1], file.string() + ":3");
}

TEST(Include, PathsAreRelativeToTheFileThatHoldsThem) {
  const TemporaryFolder folder;
  folder.write("parts/camera.yaml",
               "parfocal: 1\ncamera: {pitch: [1 um, 1 um], dark: frames/dark.tif}\n");
  const auto file = folder.write(
      "x.yaml", "parfocal: 1\ninclude: parts/camera.yaml\nname: x\nsolver: {type: admm}\n");
  const ReadExample read = read_example(read_document(file).root);
  ASSERT_TRUE(read.mistakes.empty());
  EXPECT_EQ(read.experiment.camera.dark, folder.path() / "parts/frames/dark.tif");
}

TEST(Include, CyclePrintsItsChain) {
  const TemporaryFolder folder;
  folder.write("a.yaml", "parfocal: 1\ninclude: b.yaml\n");
  const auto b = folder.write("b.yaml", "parfocal: 1\ninclude: [a.yaml]\n");
  EXPECT_THAT(
      reading_error(folder.path() / "a.yaml"),
      HasSubstr("include: files include each other: " + (folder.path() / "a.yaml").string() +
                " -> " + b.string() + " -> " + (folder.path() / "a.yaml").string()));
  EXPECT_THAT(reading_error(folder.write("self.yaml", "parfocal: 1\ninclude: ./self.yaml\n")),
              HasSubstr("files include each other"));
}

TEST(Include, SameFileTwiceIsNoCycle) {
  const TemporaryFolder folder;
  folder.write("base.yaml", "parfocal: 1\nx: 1\n");
  folder.write("a.yaml", "parfocal: 1\ninclude: base.yaml\n");
  EXPECT_EQ(reading_error(folder.write("c.yaml", "parfocal: 1\ninclude: [a.yaml, base.yaml]\n")),
            "");
}

TEST(Include, DepthIsLimitedTo16) {
  const TemporaryFolder folder;
  const auto name = [](int i) { return "f" + std::to_string(i) + ".yaml"; };
  for (int i = 0; i < 17; ++i) folder.write(name(i), "parfocal: 1\ninclude: " + name(i + 1) + "\n");
  folder.write(name(17), "parfocal: 1\n");
  EXPECT_EQ(reading_error(folder.path() / name(1)), "") << "16 files below the first";
  EXPECT_THAT(reading_error(folder.path() / name(0)),
              HasSubstr("include: more than 16 files deep"));
}

TEST(Include, ManyFilesAreRefused) {
  const TemporaryFolder folder;
  std::string list;
  for (int i = 0; i < 300; ++i) list += "base.yaml, ";
  folder.write("base.yaml", "parfocal: 1\n");
  EXPECT_THAT(
      reading_error(folder.write("x.yaml", "parfocal: 1\ninclude: [" + list + "base.yaml]\n")),
      HasSubstr("include: more than 256 files"));
}

TEST(Include, MistakesOfAllFilesAreReportedTogether) {
  const TemporaryFolder folder;
  folder.write("a.yaml", "parfocal: 1\nx: 1\nx: 2\n");
  folder.write("b.yaml", "x: 1\n");
  const std::string error = reading_error(
      folder.write("c.yaml", "parfocal: 1\ninclude: [a.yaml, b.yaml, missing.yaml, {}]\n"));
  EXPECT_THAT(error, HasSubstr("a.yaml:3:1: error: x: duplicate key, first written in line 2"));
  EXPECT_THAT(error,
              HasSubstr("b.yaml:1:1: error: parfocal: the first key must be \"parfocal: 1\""));
  EXPECT_THAT(error, HasSubstr("missing.yaml: no such file"));
  EXPECT_THAT(error, HasSubstr("include: expected a file name or a list of file names"));
  EXPECT_THAT(error, HasSubstr("included from " + (folder.path() / "c.yaml").string() + ":2"));
}

TEST(Version, MustBeTheFirstKeyAndOne) {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& text) {
    return reading_error(folder.write("x.yaml", text));
  };
  EXPECT_THAT(error("name: x\nparfocal: 1\n"),
              HasSubstr("x.yaml:1:1: error: parfocal: the first key must be"));
  EXPECT_THAT(error("parfocal: 2\n"), HasSubstr("x.yaml:1:11: error: parfocal = 2: unknown version "
                                                "of the language; this program reads version 1"));
  EXPECT_THAT(error("parfocal: \"1\"\n"), HasSubstr("unknown version"));
  EXPECT_THAT(error(""), HasSubstr("expected a map of keys that starts with \"parfocal: 1\""));
  EXPECT_THAT(error("[1, 2]\n"), HasSubstr("expected a map of keys"));
}

TEST(Document, FilesThatCannotBeReadSayWhy) {
  const TemporaryFolder folder;
  EXPECT_THAT(reading_error(folder.path() / "none.yaml"), HasSubstr("none.yaml: no such file"));
  EXPECT_THAT(reading_error(folder.path()), HasSubstr("not a regular file"));
}

TEST(Document, DottedKeysOfTheRootReachInside) {
  const TemporaryFolder folder;
  folder.write("base.yaml", kExampleText);
  const auto file = folder.write(
      "x.yaml", "parfocal: 1\ninclude: base.yaml\noptics.mask.levels: 4\nprior.0.weight: 1\n");
  const Document document = read_document(file);
  EXPECT_EQ(value(document, "optics.mask.levels"), "4");
  EXPECT_EQ(value(document, "prior.0.weight"), "1");
}

}  // namespace
}  // namespace parfocal::test
