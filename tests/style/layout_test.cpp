// SPDX-License-Identifier: Apache-2.0
#include "tests/style/layout.h"

#include <gtest/gtest.h>

namespace parfocal::style {
namespace {

TEST(Layout, EveryCppFileStartsWithTheLicence) {
  const auto findings = missing_licence(source_tree());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

TEST(Layout, EveryHeaderIsIncludedOnce) {
  const auto findings = missing_pragma_once(source_tree());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

TEST(Layout, NoFileIsLongerThanFourHundredLines) {
  const auto findings = too_long(source_tree());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

TEST(Layout, FilesAndClassesAreNamedAfterWhatTheyAre) {
  const auto findings = bad_names(source_tree());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

TEST(Layout, TestsMirrorTheTree) {
  const auto findings = tests_out_of_place(source_tree());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

TEST(Layout, EverySourceIsPartOfTheBuild) {
  const auto findings = not_in_build(source_tree());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

TEST(Layout, NoFileHoldsBannedText) {
  const auto findings = banned_text(source_tree());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

TEST(Layout, TestsNamedInHeadersExist) {
  const auto findings = missing_named_tests(source_tree());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

// The rules themselves are tried on small trees that break them.

TEST(LayoutRules, SeeAMissingLicenceAndPragma) {
  const std::vector<SourceFile> tree = {
      {"core/a.h", "#pragma once\n"},
      {"core/b.h", "// SPDX-License-Identifier: Apache-2.0\nint x;\n"},
      {"core/c.h", "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n"}};
  EXPECT_EQ(missing_licence(tree), std::vector<std::string>{"core/a.h"});
  EXPECT_EQ(missing_pragma_once(tree), (std::vector<std::string>{"core/a.h", "core/b.h"}));
}

TEST(LayoutRules, SeeALongFile) {
  EXPECT_EQ(too_long({{"a.cpp", std::string(401, '\n')}, {"b.cpp", std::string(400, '\n')}}).size(),
            1U);
}

TEST(LayoutRules, SeeEmptyNames) {
  const std::vector<SourceFile> tree = {{"core/string_utils.cpp", ""},
                                        {"core/common/x.h", ""},
                                        {"core/ImageFile.h", ""},
                                        {"core/x.h", std::string("class RunMan") + "ager {};"},
                                        {"core/communication.h", "class Communicator {};"}};
  EXPECT_EQ(bad_names(tree).size(), 4U) << list(bad_names(tree));
}

TEST(LayoutRules, SeeTestsOutOfPlace) {
  const std::vector<SourceFile> tree = {{"optics/psf/x.h", ""},
                                        {"tests/optics/psf/x_test.cpp", "\nTEST(X, Y)"},
                                        {"tests/optics/lens/y_test.cpp", "\nTEST(X, Y)"},
                                        {"tests/optics/psf/tests.cpp", "\nTEST(X, Y)"}};
  EXPECT_EQ(tests_out_of_place(tree).size(), 2U) << list(tests_out_of_place(tree));
}

TEST(LayoutRules, SeeASourceThatIsNotCompiled) {
  const std::vector<SourceFile> tree = {
      {"core/CMakeLists.txt", "parfocal_library(core SOURCES x.cpp run/y.cpp old_z.cpp)"},
      {"core/x.cpp", ""},
      {"core/run/y.cpp", ""},
      {"core/run/CMakeLists.txt", "../units/u.cpp"},
      {"core/units/u.cpp", ""},
      {"core/z.cpp", ""}};
  EXPECT_EQ(not_in_build(tree).size(), 1U) << list(not_in_build(tree));
}

TEST(LayoutRules, SeeBannedText) {
  const std::string machine_path = std::string("open(\"/ho") + "me/me/x.tif\")";
  const std::string unfinished = std::string("// TO") + "DO later";
  const std::string unpickling = std::string("torch::lo") + "ad(x)";
  const std::vector<SourceFile> tree = {{"a.cpp", machine_path},
                                        {"b.md", "first\n" + unfinished},
                                        {"c.cpp", unpickling},
                                        {"d.cpp", "at_work/root/home"}};
  EXPECT_EQ(banned_text(tree).size(), 3U) << list(banned_text(tree));
}

TEST(LayoutRules, SeeANamedTestThatIsMissing) {
  const std::vector<SourceFile> tree = {{"core/a.h", "/// Tested by: tests/core/a_test.cpp"},
                                        {"core/b.h", "/// Tested by: tests/core/b_test.cpp"},
                                        {"tests/core/b_test.cpp", ""}};
  EXPECT_EQ(missing_named_tests(tree).size(), 1U);
}

}  // namespace
}  // namespace parfocal::style
