// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "solvers/linear/tikhonov.h"
#include "solvers/proximal/admm.h"
#include "solvers/proximal/data_prox.h"
#include "solvers/proximal/fista.h"
#include "solvers/proximal/pnp_admm.h"
#include "solvers/spectral/abundances.h"
#include "solvers/spectral/map_rows.h"
#include "tests/solvers/problems.h"
#include "tests/solvers/spectral/map_scene.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using namespace parfocal::solvers;

/// Two maps of spectra with photon noise; some samples do not count.
Problem map_problem(double blur, std::int64_t background,
                    std::vector<std::shared_ptr<const Prior>> priors = {}) {
  raman::SpectralMixing::Params params;
  params.size = {5, 6};
  params.blur = blur;
  params.background = background;
  Problem problem;
  const auto model =
      std::make_shared<raman::SpectralMixing>(MapScene::references(), params, MapScene::context());
  at::Tensor light = RandomStream(4, "light").uniform({2, 3 + background, 5, 6}) * 4000;
  light = light * light.gt(1200);
  problem.model = model;
  problem.likelihood = std::make_shared<optics::PoissonDetector>(optics::PoissonDetector::Params{},
                                                                 MapScene::context());
  problem.counts = RandomStream(5, "photons").poisson(model->forward(light) + 0.5);
  problem.mask = at::ones_like(problem.counts);
  problem.mask.select(1, 7).fill_(0);
  problem.priors = std::move(priors);
  return problem;
}

at::Tensor data_gradient(const Problem& problem, const at::Tensor& c) {
  const auto& model = dynamic_cast<const LinearOperator&>(*problem.model);
  return model.adjoint(data_term_of(problem, at::kCPU).gradient(model.forward(c)));
}

double objective(const Problem& problem, const at::Tensor& c) {
  at::Tensor sum = data_term_of(problem, at::kCPU).value(problem.model->forward(c));
  for (const auto& prior : problem.priors) {
    if (prior->name() == "total_variation") sum = sum + prior->value(c);
  }
  return sum.sum().item<double>();
}

TEST(Mixing, TikhonovIsTheDenseSolutionWhateverTheWeightsOfTheSamples) {
  for (const double blur : {0.0, 0.7}) {
    const Problem problem = map_problem(blur, 4);
    Tikhonov::Params params;
    params.weight = {1e-5, 2e-5, 3e-5, 1e-4, 1e-4, 1e-4, 1e-4};
    params.cg_tolerance = 1e-12;
    const at::Tensor zero = at::zeros({2, 7, 5, 6}, at::kDouble);
    EXPECT_TRUE(close_relative(solve(Tikhonov(params), problem).estimate,
                               dense_ridge(problem, params.weight, zero), 1e-9))
        << blur;
  }
}

TEST(Mixing, DataStepIsTheDenseSolutionAtEveryPoint) {
  const Problem problem = map_problem(0.0, 0);
  const DataProx data(problem, "test", {1e-13, 1000});
  EXPECT_TRUE(data.is_closed_form());
  EXPECT_FALSE(DataProx(map_problem(0.7, 0), "test", {1e-13, 1000}).is_closed_form());
  const at::Tensor z = random_normal({2, 3, 5, 6}, at::kDouble, 3) * 1000;
  const at::Tensor found = data.prox(z, {1e-4, 1e-6});
  EXPECT_TRUE(close_relative(found[0], dense_ridge(problem, {1e-4}, z)[0], 1e-10));
  EXPECT_TRUE(close_relative(found[1], dense_ridge(problem, {1e-6}, z)[1], 1e-10));
}

/// The gradient is 0 where c > 0 and not negative where c = 0.
void expect_optimal(const Problem& problem, const at::Tensor& c, double tolerance) {
  const at::Tensor gradient = data_gradient(problem, c);
  const double scale = data_gradient(problem, at::zeros_like(c)).abs().max().item<double>();
  EXPECT_GE(c.min().item<double>(), 0.0);
  EXPECT_LT((gradient * c.gt(0)).abs().max().item<double>(), tolerance * scale);
  EXPECT_GT(gradient.min().item<double>(), -tolerance * scale);
  EXPECT_GT(c.eq(0).sum().item<std::int64_t>(), 5);
}

TEST(Mixing, NonNegativeAbundancesSatisfyTheOptimalityConditions) {
  for (const double blur : {0.0, 0.7}) {
    const Problem problem = map_problem(blur, 0, {non_negative()});
    Fista::Params params;
    params.iterations = blur > 0 ? 6000 : 2000;
    expect_optimal(problem, solve(Fista(params), problem).estimate, 1e-7);
  }
}

TEST(Mixing, NonNegativeAbundancesAreThoseOfTheActiveSet) {
  const Problem problem = map_problem(0.0, 0, {non_negative()});
  Fista::Params params;
  params.iterations = 3000;
  const at::Tensor found = rows_of(solve(Fista(params), problem).estimate[1]);
  const at::Tensor m = MapScene::references().matrix.contiguous();
  const AbundanceSolver solver({m.const_data_ptr<double>(), std::size_t(m.numel())}, 3);
  const DataTerm data = data_term_of(problem, at::kCPU);
  const at::Tensor y = rows_of(data.target[1]), w = rows_of(data.weight[1]);
  for (std::int64_t p = 0; p < 30; ++p) {
    const auto exact =
        solver.solve(Unmixing::kNonNegative, to_vector(y[p]), to_vector(w[p])).values;
    for (std::int64_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(found[p][k].item<double>(), exact[std::size_t(k)], 1e-3) << p;
    }
  }
}

/// One minimum, found in three ways: by gradients, by splitting, and by exact data steps.
TEST(Mixing, TotalVariationHasOneMinimumForFistaAdmmAndPlugAndPlay) {
  Problem problem =
      map_problem(0.7, 0, {total_variation(2e-3, TvKind::kIsotropic), non_negative()});
  problem.counts = problem.counts.narrow(0, 0, 1);
  problem.mask = problem.mask.narrow(0, 0, 1);
  Fista::Params fista;
  fista.iterations = 800;
  Admm::Params admm;
  admm.iterations = 1200;
  admm.mu1 = 1e-2;
  admm.mu2 = admm.mu3 = 1e-5;
  const at::Tensor first = solve(Fista(fista), problem).estimate;
  const at::Tensor second = solve(Admm(admm), problem).estimate;
  PnpAdmm::Params pnp;
  pnp.iterations = 60;
  pnp.lambda = 1;
  pnp.sigma = 200;
  pnp.start = Start::kZero;
  pnp.tolerance = 0;
  pnp.cg_tolerance = 1e-8;
  const at::Tensor third = solve(PnpAdmm(pnp), problem).estimate;
  const double least = objective(problem, first);
  EXPECT_NEAR(objective(problem, second) / least, 1, 1e-4);
  EXPECT_NEAR(objective(problem, third) / least, 1, 1e-4);
  EXPECT_TRUE(close_relative(second, first, 2e-3));
  EXPECT_TRUE(close_relative(third, first, 2e-3));
  EXPECT_LT(least, 0.999 * objective(problem, first.mean({2, 3}, true).expand_as(first)));
}

}  // namespace
}  // namespace parfocal::test
