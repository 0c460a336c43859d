// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/data_prox.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>

#include <array>

#include "core/error.h"
#include "forward_models/imaging/incoherent_imaging.h"
#include "forward_models/lensless/lensless_convolution.h"
#include "tests/solvers/problems.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using solvers::ConjugateGradientLimits;
using solvers::DataProx;

constexpr ConjugateGradientLimits kExact{1e-13, 1000};

/// Two items of a periodic camera whose PSF is not normalised, one image per condition.
Problem periodic(std::int64_t conditions, at::ScalarType dtype = at::kDouble) {
  Problem problem;
  problem.model = std::make_shared<imaging::IncoherentImaging>(
      random_normal({conditions, 6, 7}, at::kDouble, 1).to(dtype), imaging::Boundary::kPeriodic);
  problem.likelihood = std::make_shared<UnitGaussian>();
  problem.counts = random_normal({2, conditions, 6, 7}, at::kDouble, 2).to(dtype);
  return problem;
}

/// The solution for one mu per item.
at::Tensor dense_solution(const Problem& problem, const at::Tensor& z,
                          const std::vector<double>& mu) {
  std::vector<at::Tensor> solutions;
  for (std::size_t i = 0; i < mu.size(); ++i) {
    const auto item = static_cast<std::int64_t>(i);
    solutions.push_back(dense_ridge(problem, {mu[i]}, z)[item]);
  }
  return at::stack(solutions);
}

TEST(DataProx, ClosedFormIsTheDenseSolution) {
  for (const std::int64_t conditions : {1, 3}) {
    const Problem problem = periodic(conditions);
    const DataProx data(problem, "test", kExact);
    EXPECT_TRUE(data.is_closed_form());
    const at::Tensor z = random_normal({2, 1, 6, 7}, at::kDouble, 3);
    const std::vector<double> mu{6e-4, 0.7};
    EXPECT_TRUE(close_relative(data.prox(z, mu), dense_solution(problem, z, mu), 1e-10))
        << conditions;
  }
}

TEST(DataProx, ClosedFormOfSeveralUnknownsIsTheDenseSolution) {
  const Problem problem = random_bank(3, 2, 4, 5);
  const DataProx data(problem, "test", kExact);
  EXPECT_TRUE(data.is_closed_form());
  const at::Tensor z = random_normal({2, 2, 4, 5}, at::kDouble, 3);
  const std::vector<double> mu{6e-4, 0.7};
  EXPECT_TRUE(close_relative(data.prox(z, mu), dense_solution(problem, z, mu), 1e-10));
}

TEST(DataProx, ConjugateGradientsFindTheDenseSolution) {
  Problem masked = periodic(2);
  masked.mask = random_normal({2, 2, 6, 7}, at::kDouble, 4).gt(-0.5);
  const Problem cropped = random_camera({2, 1, 4, 5}, {});
  for (const Problem* problem : std::array<const Problem*, 2>{&masked, &cropped}) {
    const DataProx data(*problem, "test", kExact);
    EXPECT_FALSE(data.is_closed_form());
    Shape shape = problem->model->domain();
    shape.insert(shape.begin(), 2);
    const at::Tensor z = random_normal(shape, at::kDouble, 5);
    const std::vector<double> mu{0.01, 0.7};
    EXPECT_TRUE(close_relative(data.prox(z, mu), dense_solution(*problem, z, mu), 1e-10));
  }
}

TEST(DataProx, ItemsOfConjugateGradientsDoNotMeet) {
  const Problem both = random_camera({2, 1, 4, 5}, {});
  const DataProx data(both, "test", {1e-4, 1000});
  Shape shape = both.model->domain();
  shape.insert(shape.begin(), 2);
  const at::Tensor z = random_normal(shape, at::kDouble, 6) * 3.0;
  const at::Tensor together = data.prox(z, {1e-3, 0.7});
  for (std::int64_t i = 0; i < 2; ++i) {
    Problem one = both;
    one.counts = both.counts.narrow(0, i, 1);
    const DataProx alone(one, "test", {1e-4, 1000});
    EXPECT_TRUE(close_relative(together.narrow(0, i, 1),
                               alone.prox(z.narrow(0, i, 1), {i == 0 ? 1e-3 : 0.7}), 1e-9));
  }
}

/// The form (F - conj(H) H F / (|H|^2 + a)) / a loses log10(1 / a) = 3 digits here.
TEST(DataProx, ClosedFormKeepsItsDigitsInSinglePrecision) {
  const std::vector<double> mu{6e-4, 6e-4};
  const at::Tensor z = random_normal({2, 1, 6, 7}, at::kDouble, 3);
  Problem wide = periodic(1);
  wide.counts = wide.model->forward(z);  // no noise that a small |H| would enlarge
  Problem single = periodic(1, at::kFloat);
  single.counts = wide.counts.to(at::kFloat);
  const at::Tensor expected = DataProx(wide, "test", kExact).prox(z, mu);
  const at::Tensor got = DataProx(single, "test", kExact).prox(z.to(at::kFloat), mu);
  EXPECT_LE(relative_difference(got.to(at::kDouble), expected), 2e-5);
}

TEST(DataProx, NoiseLevelIsTheRootOfTheMeanVariance) {
  const DataProx data(periodic(1), "test", kExact);
  EXPECT_EQ(data.noise_levels(), std::vector<double>({1.0, 1.0}));
}

TEST(DataProx, TooFewConjugateGradientStepsAreAnError) {
  const Problem problem = random_camera({1, 1, 4, 5}, {});
  const DataProx data(problem, "pnp_hqs", {1e-12, 3});
  Shape shape = problem.model->domain();
  shape.insert(shape.begin(), 1);
  try {
    static_cast<void>(data.prox(random_normal(shape, at::kDouble, 6), {1e-3}));
    FAIL() << "accepted";
  } catch (const NumericError& error) {
    EXPECT_STREQ(error.what(),
                 "pnp_hqs: 3 conjugate gradient steps do not bring the relative residual below "
                 "1e-12; raise cg_iterations or cg_tolerance");
  }
}

}  // namespace
}  // namespace parfocal::test
