// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "solvers/channel_units.h"
#include "solvers/priors/quadratic.h"
#include "solvers/proximal/admm.h"
#include "solvers/proximal/data_prox.h"
#include "solvers/proximal/fista.h"
#include "tests/solvers/problems.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using namespace parfocal::solvers;

std::shared_ptr<const Prior> quadratic(double weight, double level) {
  Quadratic::Params params;
  params.weight = weight;
  params.level = level;
  return std::make_shared<Quadratic>(params);
}

/// A prior that does nothing but measure two channels in units of their own.
class TwoUnits final : public Prior, public ChannelUnits {
 public:
  [[nodiscard]] std::string name() const override { return "two_units"; }
  [[nodiscard]] bool has_prox() const override { return true; }
  [[nodiscard]] at::Tensor prox(const at::Tensor& v, double) const override { return v; }
  [[nodiscard]] std::vector<double> channel_units() const override { return {0.1, 3.0}; }
};

TEST(JointPriors, TotalVariationWithAQuadraticHasOneMinimumForFistaAndAdmm) {
  const Problem problem = random_bank(3, 2, 6, 7, {total_variation(0.3), quadratic(0.2, 0.5)});
  Fista::Params fista;
  fista.iterations = 2000;
  Admm::Params admm;
  admm.iterations = 2000;
  admm.mu1 = admm.mu2 = 1.0;
  admm.output = AdmmOutput::kCrop;
  const at::Tensor first = solve(Fista(fista), problem).estimate;
  EXPECT_TRUE(close_relative(solve(Admm(admm), problem).estimate, first, 1e-3));
  Problem without = problem;
  without.priors.pop_back();
  EXPECT_FALSE(close_relative(solve(Admm(admm), without).estimate, first, 1e-2));
}

TEST(JointPriors, AQuadraticAloneIsTheDenseRidge) {
  const Problem problem = random_bank(3, 2, 4, 5, {quadratic(0.7, 0.5)});
  Fista::Params fista;
  fista.iterations = 2000;
  const at::Tensor level = random_normal({2, 2, 4, 5}, at::kDouble, 3) * 0 + 0.5;
  EXPECT_TRUE(close_relative(solve(Fista(fista), problem).estimate,
                             dense_ridge(problem, {0.7}, level), 1e-6));
}

TEST(JointPriors, UnitsOfAPriorAreThoseOfTheDataStep) {
  Problem problem = random_bank(3, 2, 4, 5, {std::make_shared<TwoUnits>()});
  const DataProx data(problem, "test", {1e-13, 1000});
  const at::Tensor z = random_normal({2, 2, 4, 5}, at::kDouble, 3);
  EXPECT_TRUE(close_relative(data.prox(z, {0.6, 0.6}),
                             dense_ridge(problem, {0.6 / 0.01, 0.6 / 9.0}, z), 1e-10));
  EXPECT_THROW(static_cast<void>(solve(Fista(Fista::Params{}), problem)), UsageError);
}

}  // namespace
}  // namespace parfocal::test
