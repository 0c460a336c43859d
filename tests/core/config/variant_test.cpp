// SPDX-License-Identifier: Apache-2.0
#include "core/config/variant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/config/example_language.h"

namespace parfocal::test {
namespace {

TEST(Variant, DeviationsAreListedByKey) {
  const auto deviations = [](const std::string& solver) {
    const ReadExample read = read_example(
        "parfocal: 1\nname: x\ncamera: {pitch: [1 um, 1 um]}\nsolver: " + solver + "\n");
    EXPECT_TRUE(read.mistakes.empty());
    return deviations_from_variant(read.experiment.solver);
  };
  EXPECT_THAT(deviations("{type: admm, mu2: 1e-4}"),
              ::testing::ElementsAre("mu2 = 0.0001 (variant tutorial: 1e-5)"));
  EXPECT_THAT(deviations("{type: admm, tolerance: 0.5, iterations: 7}"),
              ::testing::ElementsAre("iterations = 7 (variant tutorial: 100)",
                                     "tolerance = 0.5 (variant tutorial: absent)"));
  EXPECT_TRUE(deviations("{type: admm, variant: picam}").empty());
  EXPECT_TRUE(deviations("{type: gradient_descent, step: 0.5}").empty()) << "it has no variants";
}

}  // namespace
}  // namespace parfocal::test
