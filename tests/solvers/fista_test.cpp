// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/fista.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "forward_models/lensless/lensless_convolution.h"
#include "solvers/priors/wavelet_l1.h"
#include "solvers/proximal/gradient_descent.h"
#include "tests/solvers/problems.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using solvers::Fista;
using solvers::GradientDescent;

std::vector<double> objectives(const Solver& solver, const Problem& problem, std::size_t item = 0) {
  SolveOptions options;
  options.monitor_every = 1;
  std::vector<double> values;
  for (const auto& record : solve(solver, problem, options).report.history) {
    values.push_back(record.values.at("objective")[item]);
  }
  return values;
}

Fista::Params params(std::int64_t iterations, bool restart) {
  Fista::Params p;
  p.iterations = iterations;
  p.restart = restart;
  return p;
}

std::shared_ptr<const Prior> accurate_variation(double weight) {
  solvers::TotalVariation::Params p;
  p.weight = weight;
  p.prox_accuracy = 1e-5;
  p.prox_iterations = 100000;
  return std::make_shared<solvers::TotalVariation>(p);
}

TEST(Fista, ObjectiveStaysBelowTheBoundOfTheTheory) {
  const Problem problem = random_camera({1, 1, 8, 10}, {non_negative()});
  const Fista best(params(4000, true));
  SolveOptions options;
  options.monitor_every = 4000;
  const SolveResult solution = solve(best, problem, options);
  const double least = solution.report.history.back().values.at("objective")[0];
  const auto state = run_steps(best, problem, 4000);
  const double norm = *dynamic_cast<const LinearOperator&>(*problem.model).norm_bound();
  // |x_0 - x*|^2 with x_0 = 0, where x* is the whole padded object.
  lensless::LenslessConvolution::Options sensor;
  sensor.scene = lensless::SceneDomain::kSensor;
  Problem small = problem;
  small.model = std::make_shared<lensless::LenslessConvolution>(random_psf({1, 1, 8, 10}), sensor);
  const at::Tensor x = solve(best, small, options).estimate;
  const double small_least =
      solve(best, small, options).report.history.back().values.at("objective")[0];
  const double distance = (x * x).sum().item<double>();
  const std::vector<double> values = objectives(Fista(params(300, false)), small);
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double order = static_cast<double>(k + 2);
    EXPECT_LE(values[k] - small_least,
              2.0 * norm * norm * distance / (order * order) * (1 + 1e-9) + 1e-12);
  }
  EXPECT_LE(least, small_least + 1e-9);
}

TEST(Fista, RestartNeverRaisesTheObjective) {
  const Problem problem = random_camera({2, 1, 8, 10}, {non_negative()});
  for (const double factor : {1.0, 2.0, 7.0}) {
    Fista::Params p = params(200, true);
    p.step_factor = factor;
    for (std::size_t item = 0; item < 2; ++item) {
      const std::vector<double> values = objectives(Fista(p), problem, item);
      for (std::size_t k = 1; k < values.size(); ++k)
        EXPECT_LE(values[k], values[k - 1] * (1 + 1e-14));
    }
  }
}

TEST(Fista, BacktrackingReachesTheMinimumOfTheNormBound) {
  const Problem problem = random_camera({2, 1, 5, 5}, {accurate_variation(0.02), non_negative()});
  Fista::Params bound = params(100, true), search = bound;
  search.step = solvers::StepRule::kBacktracking;
  search.step_factor = 8.0;
  SolveOptions options;
  options.monitor_every = 100;
  const Monitor one = solve(Fista(bound), problem, options).report.history.back().values;
  const Monitor two = solve(Fista(search), problem, options).report.history.back().values;
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(close(two.at("objective")[i], one.at("objective")[i], 1e-4));
  }
}

TEST(Fista, WaveletPriorSatisfiesTheFixedPoint) {
  solvers::WaveletL1::Params wavelet;
  wavelet.levels = 1;
  wavelet.weight = 0.01;
  const auto prior = std::make_shared<solvers::WaveletL1>(wavelet);
  Problem problem = random_camera({1, 1, 8, 10}, {prior});
  lensless::LenslessConvolution::Options sensor;
  sensor.scene = lensless::SceneDomain::kSensor;
  problem.model =
      std::make_shared<lensless::LenslessConvolution>(random_psf({1, 1, 8, 10}), sensor);
  const at::Tensor x = solve(Fista(params(4000, true)), problem, {}).estimate;
  const auto& model = dynamic_cast<const LinearOperator&>(*problem.model);
  const at::Tensor gradient = model.adjoint(model.forward(x) - problem.counts);
  EXPECT_TRUE(close(prior->prox(x - gradient, 1.0), x, 1e-5));
}

TEST(Fista, PriorsWithoutAJointProxAreNamed) {
  const auto wavelet = std::make_shared<solvers::WaveletL1>(solvers::WaveletL1::Params{});
  const Problem problem = random_camera({1, 1, 8, 8}, {wavelet, non_negative()});
  try {
    static_cast<void>(Fista(Fista::Params{}).init(problem));
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_STREQ(
        error.what(),
        "fista cannot combine wavelet_l1 with non_negative; only total_variation has a joint prox");
  }
}

TEST(Fista, ItemsOfABatchDoNotMeet) {
  const Problem both = random_camera({2, 1, 8, 10}, {non_negative()});
  const at::Tensor together = solve(Fista(params(30, true)), both).estimate;
  for (std::int64_t i = 0; i < 2; ++i) {
    Problem one = both;
    one.counts = both.counts.narrow(0, i, 1);
    EXPECT_TRUE(identical(solve(Fista(params(30, true)), one).estimate, together.narrow(0, i, 1)));
  }
}

TEST(GradientDescent, PlainStepsLowerTheObjectiveToTheKuhnTuckerPoint) {
  Problem problem = random_camera({1, 1, 6, 7}, {non_negative()});
  GradientDescent::Params p;
  p.iterations = 4000;
  const std::vector<double> values = objectives(GradientDescent(p), problem);
  for (std::size_t k = 1; k < values.size(); ++k) EXPECT_LE(values[k], values[k - 1] * (1 + 1e-14));
  p.momentum = 0.9;
  EXPECT_LE(objectives(GradientDescent(p), problem).back(), values.back() * (1 + 1e-6));
}

TEST(GradientDescent, OneStepIsTheFormula) {
  const Problem problem = random_camera({1, 1, 6, 7}, {});
  GradientDescent::Params p;
  p.iterations = 1;
  p.step_factor = 0.7;
  p.momentum = 0.4;
  const auto& model = dynamic_cast<const lensless::LenslessConvolution&>(*problem.model);
  const double a = 0.7 / (*model.norm_bound() * *model.norm_bound());
  // From v = 0 and p = 0: p' = a A^T b, v = (1 + m) p'.
  const at::Tensor v = 1.4 * a * model.adjoint(problem.counts);
  const at::Tensor got = solve(GradientDescent(p), problem).estimate;
  const std::int64_t y = (model.padded_y() - 6) / 2, x = (model.padded_x() - 7) / 2;
  EXPECT_TRUE(close(got, v.narrow(2, y, 6).narrow(3, x, 7), 1e-14));
}

TEST(GradientDescent, PriorWithoutAGradientIsNamed) {
  const Problem problem = random_camera({1, 1, 8, 8}, {total_variation(1e-3)});
  try {
    static_cast<void>(GradientDescent(GradientDescent::Params{}).init(problem));
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_STREQ(
        error.what(),
        "gradient_descent needs priors with a gradient, which total_variation has not; fista "
        "takes any prox");
  }
}

}  // namespace
}  // namespace parfocal::test
