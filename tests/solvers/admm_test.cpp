// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/admm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/real.h>
#include <ATen/ops/scalar_tensor.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "core/config/document.h"
#include "core/error.h"
#include "core/tensor/fft.h"
#include "forward_models/lensless/lensless_convolution.h"
#include "solvers/priors/wavelet_l1.h"
#include "solvers/proximal/admm_direct.h"
#include "solvers/proximal/fista.h"
#include "tests/solvers/problems.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/gradient_check.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using lensless::LenslessConvolution;
using solvers::Admm;
using solvers::AdmmDirectState;
using solvers::AdmmEngine;
using solvers::AdmmOrder;

Admm::Params direct(AdmmOrder order) {
  Admm::Params p;
  p.order = order;
  p.engine = AdmmEngine::kDirect;
  p.mu1 = 0.3;
  p.mu2 = 0.2;
  p.mu3 = 0.5;
  return p;
}

at::Tensor object_after(const Admm::Params& params, const Problem& problem,
                        std::int64_t iterations) {
  const auto state = run_steps(Admm(params), problem, iterations);
  return dynamic_cast<const solvers::AdmmState&>(*state).object().clone();
}

Admm::Params read_params(const std::string& yaml) {
  Registry registry;
  Diagnostics diagnostics;
  ReadContext context(registry, diagnostics);
  Admm::Params params;
  const auto schema = schema_of<Admm, Admm::Params>();
  EXPECT_TRUE(schema->read(parse_yaml(yaml, "test.yaml"), context, &params, true));
  diagnostics.throw_if_any();
  return params;
}

TEST(Admm, VariantsSetTheDefaultsOfTheirPrograms) {
  const Admm::Params tutorial = read_params("{type: admm, variant: tutorial}");
  EXPECT_EQ(tutorial.order, AdmmOrder::kVBeforeW);
  EXPECT_EQ(tutorial.mu1, 1e-6);
  EXPECT_EQ(tutorial.mu2, 1e-5);
  EXPECT_EQ(tutorial.mu3, 4e-5);
  EXPECT_EQ(tutorial.output, solvers::AdmmOutput::kClip);
  const Admm::Params picam = read_params("{type: admm, variant: picam}");
  EXPECT_EQ(picam.order, AdmmOrder::kWBeforeV);
  EXPECT_EQ(picam.mu3, 4e-5);
  const Admm::Params learning = read_params("{type: admm, variant: lenslesslearning}");
  EXPECT_EQ(learning.order, AdmmOrder::kWBeforeV);
  EXPECT_EQ(learning.mu1, 1e-4);
  EXPECT_EQ(learning.mu2, 1e-4);
  EXPECT_EQ(learning.mu3, 1e-4);
  EXPECT_EQ(learning.output, solvers::AdmmOutput::kCrop);
  EXPECT_EQ(learning.variant, "lenslesslearning");
}

TEST(Admm, ExplicitKeysWinOverTheVariant) {
  const Admm::Params params =
      read_params("{type: admm, order: v_before_w, mu1: 2.0, variant: picam}");
  EXPECT_EQ(params.order, AdmmOrder::kVBeforeW);
  EXPECT_EQ(params.mu1, 2.0);
  EXPECT_EQ(params.mu2, 1e-5);
}

TEST(Admm, BothOrdersAgreeForTwoIterationsAndThenDiffer) {
  const Problem problem = random_camera({}, {total_variation(1e-3), non_negative()});
  for (std::int64_t iterations = 1; iterations <= 2; ++iterations) {
    EXPECT_TRUE(close_relative(object_after(direct(AdmmOrder::kVBeforeW), problem, iterations),
                               object_after(direct(AdmmOrder::kWBeforeV), problem, iterations),
                               1e-12));
  }
  EXPECT_GE(relative_difference(object_after(direct(AdmmOrder::kVBeforeW), problem, 3),
                                object_after(direct(AdmmOrder::kWBeforeV), problem, 3)),
            1e-4);
}

TEST(Admm, ConvergesToTheMinimumThatFistaCertifies) {
  // At the solution the residuals vanish and no feasible direction lowers the objective.
  const Problem problem = random_camera({1, 1, 6, 5}, {total_variation(0.02), non_negative()});
  Admm::Params params = direct(AdmmOrder::kWBeforeV);
  params.iterations = 6000;
  SolveOptions options;
  options.monitor_every = params.iterations;
  const SolveResult result = solve(Admm(params), problem, options);
  const Monitor& last = result.report.history.back().values;
  EXPECT_LE(last.at("primal_residual")[0], 1e-6);
  EXPECT_LE(last.at("dual_residual")[0], 1e-6);

  const auto state = run_steps(Admm(params), problem, params.iterations);
  const at::Tensor v = dynamic_cast<const solvers::AdmmState&>(*state).object().clamp_min(0);
  const auto objective = [&](const at::Tensor& w) {
    const at::Tensor r = problem.model->forward(w) - problem.counts;
    return 0.5 * (r * r).sum().item<double>() + problem.priors[0]->value(w)[0].item<double>();
  };
  const double least = objective(v);
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const double size = seed % 2 == 0 ? 1e-2 : 1e-4;
    const at::Tensor trial = (v + size * random_normal(v.sizes(), at::kDouble, seed)).clamp_min(0);
    EXPECT_GE(objective(trial), least - 1e-7);
  }
}

TEST(Admm, SeveralUnknownsReachTheMinimumOfFista) {
  const Problem problem = random_bank(3, 2, 5, 6, {total_variation(0.5)});
  Admm::Params params;
  params.output = solvers::AdmmOutput::kCrop;
  params.mu1 = params.mu2 = 3.0;
  params.iterations = 4000;
  solvers::Fista::Params fista;
  fista.iterations = 4000;
  const SolveResult split = solve(Admm(params), problem),
                    other = solve(solvers::Fista(fista), problem);
  EXPECT_TRUE(close_relative(split.estimate, other.estimate, 1e-5));
  const double least = other.report.history.back().values.at("objective")[0];
  EXPECT_NEAR(split.report.history.back().values.at("objective")[0], least, 1e-8 * least);
}

TEST(Admm, FusedEngineIsForOneImageOfOneUnknown) {
  Admm::Params params;
  params.engine = AdmmEngine::kFused;
  const Problem problem = random_bank(3, 2, 5, 6, {total_variation(0.5)});
  EXPECT_THROW(static_cast<void>(Admm(params).init(problem)), UsageError);
}

TEST(Admm, DeadPixelsNeverReachTheResult) {
  for (const AdmmEngine engine : {AdmmEngine::kDirect, AdmmEngine::kFused}) {
    Problem problem = random_camera({}, {total_variation(1e-3), non_negative()});
    problem.mask = at::ones_like(problem.counts);
    problem.mask.view({-1}).slice(0, 3, -1, 17).zero_();
    Admm::Params params = direct(AdmmOrder::kVBeforeW);
    params.engine = engine;
    const at::Tensor first = object_after(params, problem, 8);
    const double values[] = {0.0, 1e6, -3.0, std::numeric_limits<double>::quiet_NaN()};
    for (const double value : values) {
      problem.counts = problem.counts.clone();
      problem.counts.view({-1}).slice(0, 3, -1, 17).fill_(value);
      EXPECT_TRUE(identical(object_after(params, problem, 8), first)) << value;
    }
  }
}

TEST(Admm, NotANumberInALivePixelIsADataError) {
  Problem problem = random_camera({}, {non_negative()});
  problem.counts[0][0][3][3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(static_cast<void>(Admm(Admm::Params{}).init(problem)), DataError);
}

/// A scalar of the object after three direct steps from the given leaves.
at::Tensor unrolled(const at::Tensor& psf, const at::Tensor& counts, const at::Tensor (&mu)[4],
                    AdmmOrder order, solvers::TvKind kind) {
  Problem problem = random_camera({1, 1, 4, 5}, {total_variation(1e-2, kind), non_negative()});
  problem.model = std::make_shared<LenslessConvolution>(psf, LenslessConvolution::Options{});
  problem.counts = counts;
  const Admm solver(direct(order));
  const auto state = solver.init(problem);
  dynamic_cast<AdmmDirectState&>(*state).penalties = {mu[0], mu[1], mu[2], mu[3]};
  for (int i = 0; i < 3; ++i) solver.step(problem, *state);
  const at::Tensor v = solver.estimate(problem, *state);
  return (v * random_normal(v.sizes(), at::kDouble, 9)).sum();
}

TEST(Admm, GradientsOfUnrolledStepsAreExact) {
  for (const AdmmOrder order : {AdmmOrder::kVBeforeW, AdmmOrder::kWBeforeV}) {
    for (const auto kind : {solvers::TvKind::kAnisotropic, solvers::TvKind::kIsotropic}) {
      const Problem problem = random_camera({1, 1, 4, 5}, {});
      at::Tensor psf = random_psf({1, 1, 4, 5}).requires_grad_(true);
      at::Tensor counts = problem.counts.clone().requires_grad_(true);
      at::Tensor mu[4];
      const double values[4] = {0.3, 0.2, 0.5, 0.02};
      for (int i = 0; i < 4; ++i) {
        mu[i] = at::scalar_tensor(values[i], at::kDouble).requires_grad_(true);
      }
      GradientOptions options;
      options.step = 1e-6;  // Away from the kinks of the soft threshold.
      const GradientReport report =
          check_gradient([&] { return unrolled(psf, counts, mu, order, kind); },
                         {{"psf", psf},
                          {"counts", counts},
                          {"mu1", mu[0]},
                          {"mu2", mu[1]},
                          {"mu3", mu[2]},
                          {"tau", mu[3]}},
                         options);
      EXPECT_TRUE(report.good()) << report.table();
    }
  }
}

TEST(Admm, AutoTakesTheDirectEngineWhereAGradientIsAsked) {
  Problem problem = random_camera({1, 1, 4, 5}, {non_negative()});
  const Admm solver(Admm::Params{});
  EXPECT_EQ(dynamic_cast<AdmmDirectState*>(solver.init(problem).get()), nullptr);
  problem.model = std::make_shared<LenslessConvolution>(
      random_psf({1, 1, 4, 5}).requires_grad_(true), LenslessConvolution::Options{});
  EXPECT_NE(dynamic_cast<AdmmDirectState*>(solver.init(problem).get()), nullptr);
}

template <class Call>
std::string usage_error_of(const Call& call) {
  try {
    call();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Admm, PriorThatCannotBeSplitIsNamed) {
  const Problem problem = random_camera(
      {1, 1, 8, 8}, {std::make_shared<solvers::WaveletL1>(solvers::WaveletL1::Params{})});
  EXPECT_EQ(usage_error_of([&] { static_cast<void>(Admm(Admm::Params{}).init(problem)); }),
            "admm cannot split the prior wavelet_l1; it takes total_variation, quadratic and "
            "non_negative, fista takes any prox");
}

TEST(Admm, SensorSceneIsRefused) {
  Problem problem = random_camera({1, 1, 8, 8}, {non_negative()});
  problem.model = std::make_shared<LenslessConvolution>(
      random_psf({1, 1, 8, 8}),
      LenslessConvolution::Options{lensless::Padding::kFast, lensless::SceneDomain::kSensor,
                                   lensless::TransferScaling::kUnit});
  EXPECT_EQ(usage_error_of([&] { static_cast<void>(Admm(Admm::Params{}).init(problem)); }),
            "admm needs the unknown on the padded grid; write scene: padded in the model");
}

TEST(Admm, LenslessLearningInsistsOnItsTotalVariation) {
  Admm::Params params;
  params.variant = "lenslesslearning";
  const Problem wrong = random_camera({1, 1, 8, 8}, {total_variation(1e-3), non_negative()});
  EXPECT_NE(
      usage_error_of([&] { static_cast<void>(Admm(params).init(wrong)); }).find("boundary: open"),
      std::string::npos);
  const Problem right = random_camera(
      {1, 1, 8, 8}, {total_variation(1e-3, solvers::TvKind::kIsotropic, DifferenceBoundary::kOpen),
                     non_negative()});
  EXPECT_NE(dynamic_cast<AdmmDirectState*>(Admm(params).init(right).get()), nullptr);
  params.engine = AdmmEngine::kFused;
  EXPECT_NE(
      usage_error_of([&] { static_cast<void>(Admm(params).init(right)); }).find("open boundary"),
      std::string::npos);
}

TEST(Admm, WithoutTotalVariationItSolvesTheNonNegativeProblem) {
  const Problem problem = random_camera({1, 1, 5, 6}, {non_negative()});
  Admm::Params params = direct(AdmmOrder::kVBeforeW);
  params.engine = AdmmEngine::kFused;
  params.mu1 = params.mu3 = 0.05;
  params.iterations = 20000;
  const auto state = run_steps(Admm(params), problem, params.iterations);
  const at::Tensor v = dynamic_cast<const solvers::AdmmState&>(*state).object();
  const auto& model = dynamic_cast<const LinearOperator&>(*problem.model);
  const at::Tensor gradient = model.adjoint(model.forward(v) - problem.counts);
  // Karush-Kuhn-Tucker: v >= 0, gradient >= 0, and one of the two is 0.
  EXPECT_GE(v.min().item<double>(), -1e-4);
  EXPECT_GE(gradient.min().item<double>(), -1e-4);
  EXPECT_LE((v * gradient).abs().max().item<double>(), 1e-4);
}

}  // namespace
}  // namespace parfocal::test
