// SPDX-License-Identifier: Apache-2.0
#include "core/config/diagnostics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/units/edit_distance.h"
#include "tests/core/config/example_language.h"

namespace parfocal::test {
namespace {

TEST(Diagnostic, IsPrintedWithItsLineAndAMarkUnderTheValue) {
  const TemporaryFolder folder;
  const std::string file =
      folder.write("psf.yaml", "optics:\n  wavelength: 532 mm  # green\n").string();
  const ConfigError error({{{file, 2, 15, {}},
                            "optics.wavelength",
                            "range",
                            "optics.wavelength = \"532 mm\" is outside 100 nm .. 20 um",
                            "did you mean \"532 nm\"?"}});
  EXPECT_EQ(error.what(),
            file +
                ":2:15: error: optics.wavelength = \"532 mm\" is outside 100 nm .. 20 um\n"
                "    2 |   wavelength: 532 mm  # green\n"
                "      |               ^~~~~~\n"
                "   hint: did you mean \"532 nm\"?");
}

TEST(Diagnostic, MarkCountsCharactersAndKnowsKeysQuotesAndBrackets) {
  const TemporaryFolder folder;
  const std::string file = folder.write("x.yaml", "\u00B5a: {b: \"x, y\", c: z}\n").string();
  const auto mark = [&](int column) {
    const std::string text = ConfigError({{{file, 1, column, {}}, "", "", "m", ""}}).what();
    return text.substr(text.rfind("| ") + 2);
  };
  EXPECT_EQ(mark(1), "^~");
  EXPECT_EQ(mark(9), "        ^~~~~~");
  EXPECT_EQ(mark(20), "                   ^");
}

TEST(Diagnostic, OverridesAndIncludesSayWhereTheyComeFrom) {
  const ConfigError error(
      {{{"--set #2", 0, 0, {}}, "a", "type", "a: wrong", ""},
       {{"/nowhere/b.yaml", 4, 2, {"c.yaml:3", "d.yaml:1"}}, "b", "type", "b: wrong", ""}});
  EXPECT_EQ(std::string(error.what()),
            "--set #2: error: a: wrong\n/nowhere/b.yaml:4:2: error: b: wrong\n"
            "   included from c.yaml:3\n   included from d.yaml:1");
}

TEST(Diagnostics, AreSortedByPositionWithOverridesLast) {
  Diagnostics found;
  found.add({{"--set #1", 0, 0, {}}, "1", "", "", ""});
  found.add({{"x.yaml", 9, 1, {}}, "2", "", "", ""});
  found.add({{"x.yaml", 2, 5, {}}, "3", "", "", ""});
  found.add({{"x.yaml", 2, 1, {}}, "4", "", "", ""});
  std::string order;
  for (const Diagnostic& d : found.sorted()) order += d.path;
  EXPECT_EQ(order, "4321");
  EXPECT_THROW(found.throw_if_any(), ConfigError);
  EXPECT_NO_THROW(Diagnostics().throw_if_any());
}

TEST(Diagnostics, JsonHasTheFieldsOfTheManual) {
  const ConfigError error({{{"x.yaml", 2, 5, {}}, "a.b", "range", "a.b = 1 is \"bad\"", "no"}});
  const auto json = nlohmann::json::parse(error.json());
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["file"], "x.yaml");
  EXPECT_EQ(json[0]["line"], 2);
  EXPECT_EQ(json[0]["col"], 5);
  EXPECT_EQ(json[0]["key"], "a.b");
  EXPECT_EQ(json[0]["code"], "range");
  EXPECT_EQ(json[0]["message"], "a.b = 1 is \"bad\"");
  EXPECT_EQ(json[0]["hint"], "no");
}

TEST(EditDistance, CountsEditsAndTranspositions) {
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("distance", "distnace"), 1);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("ca", "abc"), 3) << "optimal string alignment";
  EXPECT_EQ(edit_distance("same", "same"), 0);
}

TEST(NearestWord, IsWithinTwoEdits) {
  const std::vector<std::string> words = {"distance", "wavelength", "pitch", "na"};
  EXPECT_EQ(nearest_word("distnace", words), "distance");
  EXPECT_EQ(nearest_word("wavelenht", words), "wavelength");
  EXPECT_EQ(nearest_word("pich", words), "pitch");
  EXPECT_EQ(nearest_word("elephant", words), "");
  EXPECT_EQ(nearest_word("x", words), "") << "two edits turn one short word into any other";
  EXPECT_EQ(nearest_word("distancexyz", words), "");
  EXPECT_EQ(nearest_word("distancexyz", words, 3), "distance");
}

}  // namespace
}  // namespace parfocal::test
