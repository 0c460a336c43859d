// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/conj.h>
#include <ATen/ops/real.h>
#include <ATen/ops/zeros_like.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "core/tensor/dihedral.h"
#include "core/tensor/fft.h"
#include "forward_models/imaging/incoherent_imaging.h"
#include "solvers/priors/wavelet_l1.h"
#include "solvers/proximal/data_prox.h"
#include "solvers/proximal/fista.h"
#include "solvers/proximal/gradient_descent.h"
#include "solvers/proximal/pnp_admm.h"
#include "solvers/proximal/pnp_hqs.h"
#include "tests/solvers/problems.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/gradient_check.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using solvers::DataProx;
using solvers::Fista;
using solvers::GradientDescent;
using solvers::PnpAdmm;
using solvers::PnpHqs;

/// R = 1/2 |v|^2 as a denoiser would give it: a prox and a gradient, but no value.
class Shrinking : public Prior {
 public:
  [[nodiscard]] std::string name() const override { return "shrinking"; }
  [[nodiscard]] bool has_prox() const override { return true; }
  [[nodiscard]] bool has_gradient() const override { return true; }
  [[nodiscard]] double curvature() const override { return 1.0; }
  [[nodiscard]] at::Tensor gradient(const at::Tensor& v) const override { return v; }
  [[nodiscard]] at::Tensor prox(const at::Tensor& v, double step) const override {
    return v / (1.0 + step);
  }
};

/// Brighter to the right: no turned image looks alike to it.
class Ramp : public Prior {
 public:
  [[nodiscard]] std::string name() const override { return "ramp"; }
  [[nodiscard]] bool has_prox() const override { return true; }
  [[nodiscard]] at::Tensor prox(const at::Tensor& v, double step) const override {
    return v * (1.0 + step * at::arange(v.size(-1), v.options().requires_grad(false)));
  }
};

/// One image of a periodic camera.
Problem blurred(std::shared_ptr<const Prior> prior, std::int64_t n_y = 6, std::int64_t n_x = 7) {
  Problem problem;
  problem.model = std::make_shared<imaging::IncoherentImaging>(random_psf({1, 1, n_y, n_x}),
                                                               imaging::Boundary::kPeriodic);
  problem.likelihood = std::make_shared<UnitGaussian>();
  problem.priors = {std::move(prior)};
  problem.counts = random_normal({2, 1, n_y, n_x}, at::kDouble, 2) + 3.0;
  return problem;
}

/// IDFT( conj(H) DFT b / (|H|^2 + weight) ): the minimum of 1/2 |A x - b|^2 + weight/2 |x|^2.
at::Tensor ridge(const Problem& problem, double weight) {
  const auto& bank = dynamic_cast<const TransferFunctions&>(*problem.model);
  const at::Tensor h = bank.transfer()[0][0];
  const at::Tensor spectrum = h.conj() * rfft2(problem.counts) / (at::real(h * h.conj()) + weight);
  return irfft2(spectrum, problem.counts.size(-2), problem.counts.size(-1));
}

std::vector<double> times255(std::vector<double> sigmas) {
  for (double& sigma : sigmas) sigma *= 255.0;
  return sigmas;
}

std::vector<testing::Matcher<double>> near(const std::vector<double>& values) {
  std::vector<testing::Matcher<double>> matchers;
  for (const double value : values) matchers.push_back(testing::DoubleNear(value, 0.005));
  return matchers;
}

TEST(PnpHqs, ScheduleIsThePublishedOne) {
  const PnpHqs solver(PnpHqs::Params{});
  EXPECT_THAT(
      times255(solver.schedule(2.55 / 255.0)),
      testing::ElementsAreArray(near({49.00, 32.12, 21.06, 13.81, 9.05, 5.93, 3.89, 2.55})));
  EXPECT_THAT(
      times255(solver.schedule(7.65 / 255.0)),
      testing::ElementsAreArray(near({49.00, 37.58, 28.82, 22.11, 16.96, 13.00, 9.97, 7.65})));
}

TEST(PnpHqs, ShapeAndEndsChangeTheSchedule) {
  PnpHqs::Params p;
  p.iterations = 3;
  p.sigma_start = 16.0;
  p.end_factor = 0.5;
  p.shape = 2.0;
  EXPECT_THAT(PnpHqs(p).schedule(2.0), testing::ElementsAre(16.0, 8.0, 1.0));
  p.sigma_end = 4.0;
  EXPECT_DOUBLE_EQ(PnpHqs(p).schedule(2.0).back(), 4.0);
  p.sigmas = {3.0, 5.0};
  EXPECT_THAT(PnpHqs(p).schedule(2.0), testing::ElementsAre(3.0, 5.0));
  EXPECT_EQ(PnpHqs(p).iterations(), 2);
}

TEST(PnpHqs, AScheduleThatRisesIsRefused) {
  try {
    static_cast<void>(PnpHqs(PnpHqs::Params{}).schedule(2.55));
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_STREQ(
        error.what(),
        "pnp_hqs: sigma_start = 0.192157 lies below the last noise level 2.55; both are in "
        "the unit of the object: raise sigma_start, or set sigma_end");
  }
}

/// x = (c + mu z) / (h2 + mu) and z = x / (1 + s^2) meet at x = c / (h2 + mu s^2 / (1 + s^2)).
TEST(PnpHqs, AtOneNoiseLevelItReachesTheFixedPointOfAQuadraticPrior) {
  const Problem problem = blurred(std::make_shared<Shrinking>());
  PnpHqs::Params p;
  p.lambda = 0.3;
  p.x8 = false;
  p.sigmas = std::vector<double>(200, 2.0);
  const double mu = 0.3 / 4.0;
  const at::Tensor expected = ridge(problem, mu * 4.0 / 5.0) / 5.0;
  EXPECT_TRUE(close_relative(solve(PnpHqs(p), problem).estimate, expected, 1e-12));
}

TEST(PnpHqs, EveryIterationTurnsTheImageByItsElement) {
  const Problem problem = blurred(std::make_shared<Ramp>());
  PnpHqs::Params p;
  p.sigma_start = 0.3;
  p.sigma_end = 0.1;
  p.iterations = 10;
  const std::vector<double> sigmas = PnpHqs(p).schedule(1.0);
  const DataProx data(problem, "test", {});
  at::Tensor z = problem.counts;
  for (std::size_t k = 0; k < 10; ++k) {
    const double variance = sigmas[k] * sigmas[k];
    const at::Tensor x = data.prox(z, {0.23 / variance, 0.23 / variance});
    const int element = static_cast<int>(k % 8);
    z = dihedral(Ramp().prox(dihedral(x, element), variance), dihedral_inverse(element));
  }
  EXPECT_TRUE(close_relative(solve(PnpHqs(p), problem).estimate, z, 1e-13));
  p.x8 = false;
  EXPECT_GT(relative_difference(solve(PnpHqs(p), problem).estimate, z), 1e-3);
}

TEST(PnpHqs, GradientOfAnUnrolledSolveInMeasurementAndPsf) {
  const at::Tensor psf = random_psf({1, 1, 4, 5}).requires_grad_(true);
  const at::Tensor counts = random_normal({1, 1, 4, 5}, at::kDouble, 2).requires_grad_(true);
  PnpHqs::Params p;
  p.iterations = 3;
  p.sigma_start = 0.5;
  p.sigma_end = 0.1;
  const auto run = [&] {
    Problem problem = blurred(std::make_shared<Ramp>(), 4, 5);
    problem.model = std::make_shared<imaging::IncoherentImaging>(psf, imaging::Boundary::kPeriodic);
    problem.counts = counts;
    const PnpHqs solver(p);
    const auto state = run_steps(solver, problem, 3);
    return solver.estimate(problem, *state).square().sum();
  };
  const GradientReport report = check_gradient(run, {{"counts", counts}, {"psf", psf}});
  EXPECT_TRUE(report.good()) << report.table();
}

TEST(PnpHqs, AnObjectThatIsNoImageCannotStartAtTheMeasurement) {
  // Three channels through one PSF have three unknowns; two conditions have one.
  Problem problem = blurred(std::make_shared<Shrinking>());
  problem.model = std::make_shared<imaging::IncoherentImaging>(random_psf({1, 2, 6, 7}),
                                                               imaging::Boundary::kPeriodic);
  problem.counts = random_normal({2, 2, 6, 7}, at::kDouble, 2);
  PnpHqs::Params p;
  p.sigma_end = 0.1;
  const PnpHqs solver(p);
  const auto state = solver.init(problem);
  EXPECT_TRUE(close(solver.estimate(problem, *state), problem.counts.mean(1, true), 1e-15));
}

TEST(PnpAdmm, ReachesTheClosedFormOfAQuadraticPrior) {
  const Problem problem = blurred(std::make_shared<Shrinking>());
  PnpAdmm::Params p;
  p.lambda = 0.2;
  p.iterations = 300;
  p.tolerance = 0.0;
  for (const double sigma : {0.5, 2.0}) {
    p.sigma = sigma;
    EXPECT_TRUE(close_relative(solve(PnpAdmm(p), problem).estimate, ridge(problem, 0.2), 1e-10))
        << sigma;
  }
}

TEST(PnpAdmm, ReachesTheMinimumOfFista) {
  solvers::WaveletL1::Params wavelet;
  wavelet.levels = 1;
  wavelet.weight = 0.1;
  const Problem problem = blurred(std::make_shared<solvers::WaveletL1>(wavelet), 6, 8);
  wavelet.weight = 0.05;
  Problem half = problem;
  half.priors = {std::make_shared<solvers::WaveletL1>(wavelet)};
  Fista::Params f;
  f.iterations = 1000;
  PnpAdmm::Params p;
  p.sigma = 1.0;
  p.lambda = 0.5;
  p.iterations = 300;
  p.tolerance = 0.0;
  const auto least = solve(Fista(f), half).report.history.back().values.at("objective");
  const auto got = solve(PnpAdmm(p), problem).report.history.back().values.at("objective");
  for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(close(got[i], least[i], 1e-6));
}

TEST(PnpAdmm, StopsWhereBothResidualsAreSmall) {
  const Problem problem = blurred(std::make_shared<Shrinking>());
  PnpAdmm::Params p;
  p.sigma = 1.0;
  p.iterations = 1000;
  const SolveResult result = solve(PnpAdmm(p), problem);
  const Monitor& last = result.report.history.back().values;
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(result.report.items[i].stopped_by, "tolerance");
    const double norm = result.estimate[static_cast<std::int64_t>(i)].norm().item<double>();
    EXPECT_LE(std::max(last.at("primal_residual")[i], last.at("dual_residual")[i]), 1.1e-4 * norm);
  }
  EXPECT_FALSE(last.contains("objective"));
}

TEST(PnpProximalGradient, IsFistaWithoutMomentumAndRestart) {
  const Problem problem = blurred(std::make_shared<Shrinking>());
  Fista::Params p;
  p.iterations = 4;
  p.momentum = p.restart = false;
  const auto& model = dynamic_cast<const LinearOperator&>(*problem.model);
  const double a = 1.0 / (*model.norm_bound() * *model.norm_bound());
  at::Tensor x = at::zeros_like(problem.counts);
  for (int k = 0; k < 4; ++k) {
    x = Shrinking().prox(x - a * model.adjoint(model.forward(x) - problem.counts), a);
  }
  EXPECT_TRUE(close_relative(solve(Fista(p), problem).estimate, x, 1e-13));
  p.iterations = 2000;
  EXPECT_TRUE(close_relative(solve(Fista(p), problem).estimate, ridge(problem, 1.0), 1e-10));
  p.restart = true;
  try {
    static_cast<void>(Fista(p).init(problem));
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "fista: restart compares objectives, but the prior shrinking has no value; write "
                 "restart: false");
  }
}

TEST(PnpGradientDescent, ReachesTheClosedFormAndReportsAResidualInPlaceOfACost) {
  const Problem problem = blurred(std::make_shared<Shrinking>());
  GradientDescent::Params p;
  p.iterations = 2000;
  const SolveResult result = solve(GradientDescent(p), problem);
  EXPECT_TRUE(close_relative(result.estimate, ridge(problem, 1.0), 1e-10));
  const Monitor& last = result.report.history.back().values;
  EXPECT_FALSE(last.contains("objective"));
  EXPECT_LE(last.at("gradient_residual")[0], 1e-9);
}

}  // namespace
}  // namespace parfocal::test
