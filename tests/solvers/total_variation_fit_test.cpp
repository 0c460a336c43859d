// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/total_variation_fit.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "forward_models/imaging/incoherent_imaging.h"
#include "solvers/data_term.h"
#include "solvers/proximal/fista.h"
#include "tests/solvers/problems.h"
#include "tests/support/adjoint_gap.h"

namespace parfocal::test {
namespace {

using solvers::fit_total_variation;
using ::testing::HasSubstr;

/// A mean over n x n pixels.
std::shared_ptr<const Operator> box_blur(std::int64_t n) {
  const at::Tensor psf = at::zeros({1, 20, 18}, at::kDouble);
  psf.narrow(1, 10 - n / 2, n).narrow(2, 9 - n / 2, n).fill_(1.0 / static_cast<double>(n * n));
  return std::make_shared<imaging::IncoherentImaging>(psf, imaging::Boundary::kPeriodic);
}

/// Says that it was learned, and would spoil any result.
class Spoiling : public Prior {
 public:
  [[nodiscard]] std::string name() const override { return "spoiling"; }
  [[nodiscard]] bool is_learned() const override { return true; }
  [[nodiscard]] bool has_prox() const override { return true; }
  [[nodiscard]] at::Tensor prox(const at::Tensor& v, double) const override { return v * 0.0; }
};

/// Two bright bars, blurred, with noise of deviation `noise` where the detector says 1.
struct Bars {
  explicit Bars(std::int64_t batch, double noise = 1.0, double height = 40.0) {
    object = at::full({batch, 1, 20, 18}, 20.0, at::kDouble);
    object.narrow(2, 4, 6).narrow(3, 3, 9).add_(height);
    object[batch - 1].narrow(1, 12, 5).narrow(2, 8, 8).add_(height);
    problem.model = box_blur(3);
    problem.likelihood = std::make_shared<UnitGaussian>();
    problem.counts =
        problem.model->forward(object) + random_normal(object.sizes(), at::kDouble, 3) * noise;
  }
  [[nodiscard]] at::Tensor misfit(const at::Tensor& x) const {
    return (problem.model->forward(x) - problem.counts).square().flatten(1).mean(1);
  }

  at::Tensor object;
  Problem problem;
};

TEST(TotalVariationFit, LeavesAsMuchAsTheNoise) {
  const Bars bars(1);
  const auto fit = fit_total_variation(bars.problem);
  const at::Tensor misfit = bars.misfit(fit.estimate);
  EXPECT_NEAR(misfit.item<double>(), 1.0, 0.02);
  EXPECT_NEAR(misfit.item<double>(), fit.misfits.front(), 1e-9);
  const at::Tensor error = (fit.estimate - bars.object).square().mean();
  const at::Tensor blur = (bars.problem.counts - bars.object).square().mean();
  EXPECT_LT(error.item<double>(), 0.3 * blur.item<double>());
}

TEST(TotalVariationFit, IsFistaUnderTheWeightThatItNames) {
  const Bars bars(2);
  const auto fit = fit_total_variation(bars.problem);
  solvers::TotalVariation::Params variation;
  variation.kind = solvers::TvKind::kIsotropic;
  variation.prox_accuracy = 1e-3;
  for (std::int64_t i = 0; i < 2; ++i) {
    variation.weight = fit.weights[static_cast<std::size_t>(i)];
    Problem one = bars.problem;
    one.counts = bars.problem.counts.narrow(0, i, 1);
    one.priors = {std::make_shared<solvers::TotalVariation>(variation)};
    const SolveResult solved = solve(solvers::Fista(solvers::Fista::Params{}), one);
    EXPECT_TRUE(solved.estimate.equal(fit.estimate.narrow(0, i, 1)));
  }
}

TEST(TotalVariationFit, KeepsThePriorsThatWereNotLearned) {
  Bars bars(1);
  bars.object.sub_(20.0);
  bars.problem.counts = bars.problem.counts - 20.0;
  const at::Tensor free = fit_total_variation(bars.problem).estimate;
  EXPECT_LT(free.min().item<double>(), 0.0);
  bars.problem.priors = {std::make_shared<Spoiling>()};
  EXPECT_TRUE(fit_total_variation(bars.problem).estimate.equal(free));
  bars.problem.priors = {std::make_shared<Spoiling>(), non_negative()};
  EXPECT_GE(fit_total_variation(bars.problem).estimate.min().item<double>(), 0.0);
}

TEST(TotalVariationFit, CountsOnlyPixelsThatCount) {
  Bars bars(1);
  bars.problem.mask = at::ones_like(bars.problem.counts);
  bars.problem.mask.narrow(3, 0, 6).fill_(0.0);
  bars.problem.counts.narrow(3, 0, 6).fill_(1e6);
  const auto fit = fit_total_variation(bars.problem);
  const at::Tensor off = (bars.problem.model->forward(fit.estimate) - bars.problem.counts)
                             .narrow(3, 6, 12)
                             .square()
                             .flatten(1)
                             .mean(1);
  EXPECT_NEAR(off.item<double>(), 1.0, 0.02);
}

/// More noise than the detector says, seen through a blur that transmits few frequencies.
TEST(TotalVariationFit, WhereTheModelLeavesMoreItSaysSo) {
  Bars bars(1);
  bars.problem.model = box_blur(8);
  bars.problem.counts = bars.problem.model->forward(bars.object) +
                        random_normal(bars.object.sizes(), at::kDouble, 3) * 6;
  const auto fit = fit_total_variation(bars.problem);
  const at::Tensor misfit = bars.misfit(fit.estimate);
  EXPECT_GT(fit.misfits.front(), 5.0);
  EXPECT_NEAR(misfit.item<double>(), fit.misfits.front(), 1e-9);
}

TEST(TotalVariationFit, WhatHoldsNothingButNoiseIsRefused) {
  const Bars bars(1, 0.5, 0.0);
  try {
    static_cast<void>(fit_total_variation(bars.problem));
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("nothing but noise"));
  }
}

}  // namespace
}  // namespace parfocal::test
