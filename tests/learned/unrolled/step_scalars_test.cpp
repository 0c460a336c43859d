// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/step_scalars.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace parfocal::test {
namespace {

using learned::StepScalars;

BuildContext context_of(ParameterTree& tree) {
  BuildContext context;
  context.path = "stage";
  context.parameters = &tree;
  return context;
}

TEST(StepScalars, StartAtTheNumbersOfTheExperiment) {
  for (const double value : {1e-12, 1e-6, 4e-5, 0.3, 1.0, 20.0, 1e4}) {
    ParameterTree tree;
    const StepScalars scalars(context_of(tree), "solver", {{"mu", value}}, {"all"}, 3);
    EXPECT_EQ(tree.at("stage.mu").leaf.numel(), 3);
    for (const std::int64_t k : {0, 1, 2, 7}) {
      const double number = scalars.of_step(k, at::kDouble).at("mu").item<double>();
      EXPECT_NEAR(number, value, 1e-14 * value) << k;
    }
  }
}

TEST(StepScalars, AreSoftplusOfTheirLeafWhateverItsSign) {
  ParameterTree tree;
  const StepScalars scalars(context_of(tree), "solver", {{"mu", 1.0}, {"tau", 2.0}}, {"tau"}, 2);
  EXPECT_FALSE(tree.contains("stage.mu"));
  tree.at("stage.tau").leaf[1].fill_(-3.0);
  EXPECT_NEAR(scalars.of_step(1, at::kDouble).at("tau").item<double>(), std::log1p(std::exp(-3.0)),
              1e-15);
  EXPECT_EQ(scalars.of_step(0, at::kFloat).at("tau").scalar_type(), at::kFloat);
}

TEST(StepScalars, UnknownNamesAndZeroAreRefused) {
  ParameterTree tree;
  const auto with = [&](double value, const std::vector<std::string>& names) {
    static_cast<void>(StepScalars(context_of(tree), "solver", {{"mu", value}}, names, 1));
  };
  EXPECT_THROW(with(1.0, {"nu"}), UsageError);
  EXPECT_THROW(with(0.0, {"mu"}), UsageError);
}

}  // namespace
}  // namespace parfocal::test
