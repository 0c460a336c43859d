// SPDX-License-Identifier: Apache-2.0
#include "tests/style/components.h"

#include <gtest/gtest.h>

namespace parfocal::style {
namespace {

TEST(Components, AreRegistered) {
  EXPECT_GE(registered_components(source_tree()).size(), 10U)
      << "the pattern of the register lines no longer fits";
}

TEST(Components, EachHasItsExample) {
  const auto findings = examples_out_of_step(source_tree());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

TEST(Components, EachHasItsTest) {
  const auto findings = untested_components(source_tree());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

TEST(ComponentRules, SeeAMissingExampleAndATestThatIsNotThere) {
  const std::vector<SourceFile> tree = {
      {"optics/register.cpp",
       "add_component<Psf, elements::PhaseMask>(registry, \"phase_mask\");\n"
       "add_component<Psf,\n    Lens>(\n    registry, \"lens\");\n"},
      {"configs/components/lens.yaml", ""},
      {"configs/components/prism.yaml", ""},
      {"tests/optics/masks_test.cpp", "TEST(PhaseMask, DelaysTheField) { PhaseMask mask; }"},
      {"tests/conformance/all_test.cpp", "Lens"}};
  EXPECT_EQ(registered_components(tree).size(), 2U);
  EXPECT_EQ(examples_out_of_step(tree).size(), 2U) << list(examples_out_of_step(tree));
  EXPECT_EQ(untested_components(tree).size(), 1U) << list(untested_components(tree));
}

}  // namespace
}  // namespace parfocal::style
