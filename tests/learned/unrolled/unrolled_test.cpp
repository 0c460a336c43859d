// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/unrolled.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "forward_models/imaging/incoherent_imaging.h"
#include "tests/learned/unrolled/stage_case.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

constexpr const char* kAdmm =
    "solver: {type: admm, variant: picam, mu1: 2e-3, mu2: 1e-3, mu3: 5e-4}, "
    "prior: [{type: total_variation, weight: 2e-3}, {type: non_negative}]";
constexpr const char* kDescent = "solver: {type: gradient_descent, momentum: 0.3}";

std::string unrolled(const std::string& rest) { return "{type: unrolled, " + rest + "}"; }

/// The same solver as a person would run it, without any learned number.
at::Tensor classical(const StageCase& c, const std::string& solver_yaml,
                     const std::vector<std::string>& priors, std::int64_t steps) {
  const auto solver = from_text<Solver>(solver_yaml);
  Problem problem;
  problem.model = c.model;
  problem.likelihood =
      std::make_shared<optics::PoissonDetector>(optics::PoissonDetector::Params{}, BuildContext{});
  for (const std::string& prior : priors) {
    problem.priors.push_back(from_text<Prior>(prior)->component);
  }
  problem.counts = c.image * StageCase::kPhotons;
  const auto state = solver->component->init(problem);
  for (std::int64_t k = 0; k < steps; ++k) solver->component->step(problem, *state);
  return solver->component->estimate(problem, *state) / StageCase::kPhotons;
}

TEST(Unrolled, BeforeTrainingItIsTheClassicalSolver) {
  const StageCase c;
  const auto admm = from_text<Stage>(unrolled(std::string(kAdmm) + ", iterations: 7"));
  const at::Tensor reference =
      classical(c, "{type: admm, variant: picam, mu1: 2e-3, mu2: 1e-3, mu3: 5e-4}",
                {"{type: total_variation, weight: 2e-3}", "{type: non_negative}"}, 7);
  EXPECT_TRUE(close_relative(admm->component->apply(c.image, c.scene()), reference, 1e-11));
  EXPECT_EQ(admm->tree.at("reconstruction.stage.mu1").leaf.numel(), 7);
  // Of one image: the classical step follows the brightest pixel of the whole batch.
  const StageCase one(1);
  const auto descent = from_text<Stage>(unrolled(std::string(kDescent) + ", iterations: 7"));
  EXPECT_TRUE(close_relative(descent->component->apply(one.image, one.scene()),
                             classical(one, "{type: gradient_descent, momentum: 0.3}", {}, 7),
                             1e-11));
}

TEST(Unrolled, FistaBeforeTrainingIsTheClassicalSolverToo) {
  const StageCase one(1);
  const auto stage = from_text<Stage>(
      unrolled("solver: {type: fista}, prior: [{type: non_negative}], iterations: 7"));
  EXPECT_TRUE(close_relative(stage->component->apply(one.image, one.scene()),
                             classical(one, "{type: fista}", {"{type: non_negative}"}, 7), 1e-11));
  EXPECT_TRUE(stage->tree.contains("reconstruction.stage.momentum"));
}

TEST(Unrolled, InSinglePrecisionItIsTheClassicalSolverToRounding) {
  const StageCase c(1, at::kFloat);
  const auto admm = from_text<Stage>(unrolled(std::string(kAdmm) + ", iterations: 7"));
  const at::Tensor reference =
      classical(c, "{type: admm, variant: picam, mu1: 2e-3, mu2: 1e-3, mu3: 5e-4, engine: direct}",
                {"{type: total_variation, weight: 2e-3}", "{type: non_negative}"}, 7);
  EXPECT_LE((admm->component->apply(c.image, c.scene()) - reference).abs().max().item<double>(),
            1e-6);
}

TEST(Unrolled, EachStepTakesItsOwnNumbers) {
  const StageCase c;
  const auto stage = from_text<Stage>(unrolled(std::string(kAdmm) + ", iterations: 3"));
  const at::Tensor before = stage->component->apply(c.image, c.scene());
  for (const char* name : {"mu1", "mu2", "mu3", "tau"}) {
    const at::Tensor leaf = stage->tree.at(std::string("reconstruction.stage.") + name).leaf;
    // The first step starts where D v = 0, which no threshold changes.
    for (std::int64_t k = std::string(name) == "tau" ? 1 : 0; k < 3; ++k) {
      const double old = leaf[k].item<double>();
      leaf[k].fill_(old + 0.5);
      const at::Tensor after = stage->component->apply(c.image, c.scene());
      EXPECT_GT(relative_difference(after, before), 1e-7) << name << k;
      leaf[k].fill_(old);
    }
  }
}

/// Leaves of numbers, networks, image and point response, against differences.
void expect_exact_gradients(const std::string& yaml) {
  StageCase c;
  const auto stage = from_text<Stage>(yaml);
  std::vector<NamedLeaf> leaves = stage->leaves();
  leaves.push_back({"psf", c.psf});
  leaves.push_back({"image", c.image});
  for (const NamedLeaf& leaf : leaves) leaf.leaf.requires_grad_(true);
  leave_kinks(leaves);
  // Away from the kinks of thresholds and networks.
  EXPECT_TRUE(exact_along_directions(
      [&] {
        const auto model = StageCase::camera_with(c.psf);
        return weighed_sum(
            stage->component->apply(c.image, {*model, c.detector, StageCase::kPhotons}));
      },
      leaves, 1e-6));
}

constexpr const char* kNets =
    ", precision: float64, pre: {type: dncnn, depth: 2, width: 3}, "
    "post: {type: dncnn, depth: 2, width: 3}";

TEST(Unrolled, GradientsOfNumbersNetworksAndOpticsAreExact) {
  expect_exact_gradients(unrolled(std::string(kAdmm) + kNets + ", iterations: 4"));
  expect_exact_gradients(
      unrolled(std::string(kDescent) + ", prior: [{type: non_negative}], iterations: 4"));
  expect_exact_gradients(unrolled(
      "solver: {type: fista, step_factor: 0.7}, prior: [{type: non_negative}], iterations: 4"));
  expect_exact_gradients(
      unrolled("solver: {type: gradient_descent}, iterations: 3, precision: float64, "
               "network: {type: dncnn, depth: 2, width: 3}, relaxation: 0.3"));
}

TEST(Unrolled, CheckpointsGiveTheSameValueAndGradient) {
  for (const std::string& rest :
       {std::string(kAdmm), std::string(kDescent),
        std::string("solver: {type: gradient_descent}, precision: float64, network: {type: dncnn, "
                    "depth: 2, width: 3}, relaxation: 0.3")}) {
    StageCase c;
    std::vector<std::vector<at::Tensor>> gradients;
    std::vector<at::Tensor> values;
    std::vector<std::int64_t> nodes;
    for (const char* every : {"0", "2", "5"}) {
      const auto stage =
          from_text<Stage>(unrolled(rest + ", iterations: 5, checkpoint_every: " + every));
      at::Tensor psf = c.psf.clone().requires_grad_(true);
      at::Tensor image = c.image.clone().requires_grad_(true);
      for (const NamedLeaf& leaf : stage->leaves()) leaf.leaf.requires_grad_(true);
      const auto model = StageCase::camera_with(psf);
      const at::Tensor value =
          stage->component->apply(image, {*model, c.detector, StageCase::kPhotons});
      values.push_back(value.detach());
      nodes.push_back(graph_nodes(value));
      weighed_sum(value).backward();
      gradients.push_back({psf.grad(), image.grad()});
      for (const NamedLeaf& leaf : stage->leaves()) gradients.back().push_back(leaf.leaf.grad());
    }
    for (std::size_t i = 1; i < values.size(); ++i) {
      EXPECT_TRUE(close_relative(values[i], values[0], 1e-13));
      ASSERT_EQ(gradients[i].size(), gradients[0].size());
      for (std::size_t j = 0; j < gradients[0].size(); ++j) {
        EXPECT_TRUE(close_relative(gradients[i][j], gradients[0][j], 1e-10)) << rest << j;
      }
    }
    EXPECT_LT(nodes[1], nodes[0]);
    EXPECT_LT(nodes[2], nodes[1]);
  }
}

/// Each condition of a camera is an image of its own, seen through its own response.
TEST(Unrolled, EveryConditionIsSolvedWithItsOwnResponse) {
  const at::Tensor psf = random_normal({2, 9, 8}, at::kDouble, 1).square();
  const at::Tensor image = random_normal({1, 2, 9, 8}, at::kDouble, 2).abs();
  const optics::PoissonDetector detector{optics::PoissonDetector::Params{}, BuildContext{}};
  const auto stage = from_text<Stage>(unrolled(std::string(kAdmm) + ", iterations: 4"));
  const imaging::IncoherentImaging both(psf, imaging::Boundary::kPeriodic);
  const at::Tensor all = stage->component->apply(image, {both, detector, 100.0});
  for (std::int64_t k = 0; k < 2; ++k) {
    const imaging::IncoherentImaging one(psf.narrow(0, k, 1), imaging::Boundary::kPeriodic);
    EXPECT_TRUE(close_relative(
        all.narrow(1, k, 1), stage->component->apply(image.narrow(1, k, 1), {one, detector, 100.0}),
        1e-12));
  }
}

std::string refusal(const std::string& yaml) {
  const StageCase c;
  try {
    static_cast<void>(from_text<Stage>(yaml)->component->apply(c.image, c.scene()));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Unrolled, WhatDoesNotFitIsRefusedInOneSentence) {
  EXPECT_EQ(refusal(unrolled("solver: {type: admm}, prior: [{type: non_negative}], learn: [mu2]")),
            "reconstruction.stage.learn = mu2: admm cannot learn it here; it can learn mu1, mu3");
  EXPECT_NE(refusal(unrolled("solver: {type: admm}, prior: [{type: total_variation, weight: 0}]"))
                .find("tau = 0.000000: only a positive number can be learned"),
            std::string::npos);
  EXPECT_NE(refusal(unrolled("solver: {type: admm, engine: fused}, prior: [{type: non_negative}]"))
                .find("its numbers are learned"),
            std::string::npos);
  EXPECT_NE(refusal(unrolled(std::string(kAdmm) + ", network: {type: dncnn, depth: 2, width: 2}"))
                .find("gradient_descent without momentum"),
            std::string::npos);
}

}  // namespace
}  // namespace parfocal::test
