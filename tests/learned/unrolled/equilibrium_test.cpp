// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/equilibrium.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_solve.h>
#include <ATen/ops/matmul.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "forward_models/imaging/incoherent_imaging.h"
#include "tests/learned/unrolled/stage_case.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kTight = "tolerance: 1e-13, adjoint_tolerance: 1e-12, ";
constexpr const char* kSmooth =
    "solver: {type: gradient_descent}, prior: [{type: quadratic, weight: 0.01, level: 100}, "
    "{type: smooth_total_variation, weight: 0.05, delta: 60}]";
constexpr const char* kNetwork =
    "solver: {type: gradient_descent}, prior: [{type: quadratic, weight: 0.02, level: 100}], "
    "precision: float64, network: {type: dncnn, depth: 2, width: 3}, "
    "relaxation: 0.05";
constexpr const char* kAdmm =
    "solver: {type: admm, variant: picam, mu1: 5e-3, mu2: 5e-3, mu3: 5e-3}, "
    "prior: [{type: total_variation, weight: 0.05}, {type: non_negative}]";

std::string equilibrium(const std::string& rest) { return "{type: equilibrium, " + rest + "}"; }

/// The weighed image of a stage as a function of its leaves, the response and the image.
struct Trial {
  StageCase c{1};
  std::unique_ptr<FromText<Stage>> stage;

  bool periodic;

  explicit Trial(const std::string& yaml, bool in_periodic = false)
      : stage(from_text<Stage>(yaml)), periodic(in_periodic) {
    for (const NamedLeaf& leaf : leaves()) leaf.leaf.requires_grad_(true);
  }
  [[nodiscard]] std::vector<NamedLeaf> leaves() const {
    std::vector<NamedLeaf> all = stage->leaves();
    all.push_back({"psf", c.psf});
    all.push_back({"image", c.image});
    return all;
  }
  [[nodiscard]] at::Tensor estimate() const {
    const auto lensless = StageCase::camera_with(c.psf);
    const imaging::IncoherentImaging camera(c.psf, imaging::Boundary::kPeriodic);
    const Operator& model = periodic ? static_cast<const Operator&>(camera) : *lensless;
    return stage->component->apply(c.image, {model, c.detector, StageCase::kPhotons});
  }
  /// Gradients of the weighed estimate, one after the other in one row.
  [[nodiscard]] at::Tensor gradient() const {
    std::vector<at::Tensor> inputs;
    for (const NamedLeaf& leaf : leaves()) inputs.push_back(leaf.leaf);
    at::Tensor row;
    for (const at::Tensor& g : torch::autograd::grad({weighed_sum(estimate())}, inputs, {}, {},
                                                     false, /*allow_unused=*/true)) {
      if (!g.defined()) continue;
      row = row.defined() ? at::cat({row, g.flatten()}) : g.flatten();
    }
    return row;
  }
};

void expect_exact_gradients(const std::string& rest, bool periodic = false) {
  const Trial trial(equilibrium(kTight + rest), periodic);
  leave_kinks(trial.leaves());
  // Small enough for the kinks, far above the tolerance of the solution.
  EXPECT_TRUE(
      exact_along_directions([&] { return weighed_sum(trial.estimate()); }, trial.leaves(), 1e-4));
}

TEST(Equilibrium, GradientsAtAStationaryPointAreExact) {
  expect_exact_gradients(std::string(kSmooth) +
                         ", backward: stationary, learn: [prior_weight], precision: float64, "
                         "pre: {type: dncnn, depth: 2, width: 2}");
}

TEST(Equilibrium, GradientsAtAFixedPointWithANetworkAreExact) {
  expect_exact_gradients(std::string(kNetwork) + ", learn: [step_factor, prior_weight]");
}

TEST(Equilibrium, GradientsOfASplittingWithKinksAreExact) {
  expect_exact_gradients(std::string(kAdmm) + ", learn: [tau]", /*periodic=*/true);
}

TEST(Equilibrium, BothFormsGiveOneGradient) {
  const std::string rest = std::string(kTight) + kSmooth + ", learn: [prior_weight]";
  EXPECT_TRUE(close_relative(Trial(equilibrium(rest + ", backward: stationary")).gradient(),
                             Trial(equilibrium(rest + ", backward: fixed_point")).gradient(),
                             1e-9));
}

/// The closed forms of regularised least squares, by a dense matrix.
TEST(Equilibrium, RidgeIsTheDenseSolutionAndItsClosedFormDerivatives) {
  const double rho = 0.02, level = 50.0, photons = StageCase::kPhotons;
  const Trial trial(equilibrium(
      std::string(kTight) +
      "solver: {type: gradient_descent}, prior: [{type: quadratic, weight: 0.02, level: 50}], "
      "weighting: uniform, backward: stationary, learn: [prior_weight]"));
  const auto model = StageCase::camera_with(trial.c.psf.detach());
  const std::int64_t p = model->padded_y() * model->padded_x(), n = trial.c.image.numel();
  const at::Tensor one = at::eye(p, at::kDouble);
  const at::Tensor columns =
      model->forward(one.view({p, 1, model->padded_y(), model->padded_x()})).reshape({p, n});
  const at::Tensor a = columns.t();
  const at::Tensor hessian = at::matmul(columns, a) + rho * one;
  const at::Tensor y = trial.c.image.detach().reshape({n, 1}) * photons;
  const at::Tensor h = at::linalg_solve(hessian, at::matmul(columns, y) + rho * level);
  const auto window = [&](const at::Tensor& column) {
    return crop_centred(column.reshape({1, 1, model->padded_y(), model->padded_x()}),
                        StageCase::kSide, StageCase::kSide);
  };
  EXPECT_TRUE(close_relative(trial.estimate().detach(), window(h) / photons, 1e-9));

  // v = d loss / d h, lambda = H^-1 v; d loss / d y = A lambda, d loss / d rho = <lambda, z - h>.
  at::Tensor leaf = h.clone().requires_grad_(true);
  const at::Tensor v = torch::autograd::grad({weighed_sum(window(leaf) / photons)}, {leaf}).front();
  const at::Tensor lambda = at::linalg_solve(hessian, v);
  const auto found = torch::autograd::grad(
      {weighed_sum(trial.estimate())},
      {trial.c.image, trial.stage->tree.at("reconstruction.stage.prior_weight").leaf});
  EXPECT_TRUE(close_relative(found[0].flatten(), at::matmul(a, lambda).flatten() * photons, 1e-8));
  // The leaf is the inverse softplus of a factor that is 1: d factor / d leaf = 1 - exp(-1).
  const double of_rho = (lambda * (level - h)).sum().item<double>() * rho;
  EXPECT_NEAR(found[1].item<double>(), of_rho * (1.0 - std::exp(-1.0)), 1e-8 * std::abs(of_rho));
}

TEST(Equilibrium, ErrorOfAGradientFollowsTheToleranceOfItsAdjoint) {
  for (const char* backward : {"stationary", "fixed_point"}) {
    const auto gradient = [&](const std::string& tolerance) {
      return Trial(equilibrium(std::string(kSmooth) +
                               ", tolerance: 1e-13, learn: [prior_weight], " +
                               "backward: " + backward + ", adjoint_tolerance: " + tolerance))
          .gradient();
    };
    const at::Tensor truth = gradient("1e-13");
    double before = 1.0;
    for (const char* text : {"1e-2", "1e-4", "1e-6", "1e-8"}) {
      const double tolerance = std::stod(text);
      const double error = relative_difference(gradient(text), truth);
      EXPECT_LT(error, 20.0 * tolerance) << backward;
      EXPECT_LT(error, 0.2 * before) << backward;
      before = error;
    }
  }
}

TEST(Equilibrium, MemoryDoesNotDependOnTheNumberOfSteps) {
  const auto nodes = [](const std::string& rest) {
    return graph_nodes(Trial(equilibrium(std::string(kSmooth) + rest)).estimate());
  };
  // Twenty steps do not reach the second tolerance.
  EXPECT_THROW(static_cast<void>(nodes(", history: 0, tolerance: 1e-12, iterations: 20")),
               NumericError);
  for (const char* backward : {"stationary", "fixed_point", "jacobian_free"}) {
    const std::string rest = std::string(", history: 0, backward: ") + backward;
    EXPECT_EQ(nodes(rest + ", tolerance: 0.3"), nodes(rest + ", tolerance: 1e-12")) << backward;
  }
  const auto unrolled = [](const char* steps) {
    return graph_nodes(
        Trial("{type: unrolled, " + std::string(kSmooth) + ", iterations: " + steps + "}")
            .estimate());
  };
  EXPECT_GT(unrolled("200"), 9 * unrolled("20"));
}

TEST(Equilibrium, WithoutTheJacobianItIsADirectionOfDescentOnly) {
  const std::string rest = std::string(kTight) + kNetwork + ", learn: []";
  const at::Tensor truth = Trial(equilibrium(rest)).gradient();
  const at::Tensor quick = Trial(equilibrium(rest + ", backward: jacobian_free")).gradient();
  const double cosine = ((truth * quick).sum() / (truth.norm() * quick.norm())).item<double>();
  EXPECT_GT(cosine, 0.3);
  EXPECT_LT(cosine, 0.9999);
}

TEST(Equilibrium, OtherLeavesGetNoGradientOnTheSide) {
  const Trial trial(equilibrium(std::string(kTight) + kNetwork));
  static_cast<void>(torch::autograd::grad({weighed_sum(trial.estimate())}, {trial.c.image}));
  for (const NamedLeaf& leaf : trial.leaves()) EXPECT_FALSE(leaf.leaf.grad().defined());
}

std::string refusal(const std::string& rest) {
  try {
    static_cast<void>(Trial(equilibrium(rest)).estimate());
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Equilibrium, WhatDoesNotFitIsRefusedInOneSentence) {
  EXPECT_THAT(refusal(std::string(kAdmm) + ", backward: stationary"),
              HasSubstr("the prior total_variation has no gradient; write backward: fixed_point"));
  EXPECT_THAT(refusal(std::string(kNetwork) + ", backward: stationary"),
              HasSubstr("a network has none"));
  EXPECT_THAT(refusal("solver: {type: fista}, prior: [{type: non_negative}], learn: []"),
              HasSubstr("needs a solver whose step is a map of tensors alone"));
}

}  // namespace
}  // namespace parfocal::test
