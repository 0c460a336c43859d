// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/classical_solver.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "solvers/learned_stage.h"
#include "tests/learned/unrolled/stage_case.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

constexpr const char* kAdmm =
    "solver: {type: admm, variant: picam, mu1: 2e-3, mu2: 1e-3, mu3: 5e-4}, "
    "prior: [{type: total_variation, weight: 2e-3}, {type: non_negative}]";

const LearnedStage& learned(const FromText<Stage>& stage) {
  const auto* found = dynamic_cast<const LearnedStage*>(stage.component.get());
  EXPECT_NE(found, nullptr);
  return *found;
}

std::string unrolled(const std::string& rest) {
  return "{type: unrolled, " + std::string(kAdmm) + ", precision: float64, " + rest + "}";
}

TEST(ClassicalSolver, IsTheUntrainedStageOfAsManySteps) {
  const StageCase c;
  const auto hundred = from_text<Stage>(unrolled("iterations: 100"));
  const auto few =
      from_text<Stage>(unrolled("iterations: 3, post: {type: dncnn, depth: 2, width: 3}"));
  const ClassicalPart part = learned(*few).classical();
  EXPECT_EQ(part.name, "admm, 100 steps");
  const at::Tensor classical = part.stage->apply(c.image, c.scene());
  EXPECT_TRUE(close_relative(classical, hundred->component->apply(c.image, c.scene()), 1e-10));
  EXPECT_GT(relative_difference(classical, few->component->apply(c.image, c.scene())), 1e-3);
  // No leaf changes it.
  for (const NamedLeaf& leaf : few->leaves()) leaf.leaf.add_(0.7);
  EXPECT_TRUE(classical.equal(learned(*few).classical().stage->apply(c.image, c.scene())));
}

TEST(ClassicalSolver, TakesTheStepsOfTheStageWhereTheyAreMore) {
  EXPECT_EQ(learned(*from_text<Stage>(unrolled("iterations: 120"))).classical().name,
            "admm, 120 steps");
}

TEST(ClassicalSolver, WithoutAnythingLearnedThereIsNothingToStandBeside) {
  EXPECT_FALSE(learned(*from_text<Stage>(unrolled("learn: []"))).has_learned());
  EXPECT_TRUE(learned(*from_text<Stage>(unrolled("learn: [mu1]"))).has_learned());
  EXPECT_TRUE(
      learned(*from_text<Stage>(unrolled("learn: [], pre: {type: dncnn, depth: 2, width: 3}")))
          .has_learned());
}

TEST(ClassicalSolver, OfAnEquilibriumEndsAtTheSamePlace) {
  const StageCase c;
  const auto stage = from_text<Stage>(
      "{type: equilibrium, solver: {type: gradient_descent}, prior: [{type: quadratic, weight: "
      "0.01, level: 100}], tolerance: 1e-12, iterations: 20000}");
  const ClassicalPart part = learned(*stage).classical();
  EXPECT_EQ(part.name, "gradient_descent, at most 20000 steps");
  const at::Tensor classical = part.stage->apply(c.image, c.scene());
  EXPECT_TRUE(close_relative(classical, stage->component->apply(c.image, c.scene()), 1e-8));
  // An item of the batch ends by its own change.
  EXPECT_TRUE(
      classical.narrow(0, 1, 1).equal(part.stage->apply(c.image.narrow(0, 1, 1), c.scene())));
}

/// A network that acts in every step is a prior; total variation takes its place.
TEST(ClassicalSolver, ANetworkInTheStepsIsReplacedByTotalVariation) {
  const StageCase c;
  const auto stage = from_text<Stage>(
      "{type: unrolled, solver: {type: gradient_descent}, learn: [], iterations: 3, "
      "precision: float64, network: {type: dncnn, depth: 2, width: 3}}");
  const ClassicalPart part = learned(*stage).classical();
  EXPECT_EQ(part.name, "total variation fitted to the noise");
  const at::Tensor found = part.stage->apply(c.image, c.scene());
  ASSERT_EQ(found.sizes(), c.image.sizes());
  EXPECT_TRUE(found.isfinite().all().item<bool>());
  EXPECT_TRUE(part.stage->apply(c.image.narrow(0, 1, 1), c.scene()).equal(found.narrow(0, 1, 1)));
}

}  // namespace
}  // namespace parfocal::test
