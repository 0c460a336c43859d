// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "solvers/priors/quadratic.h"
#include "solvers/priors/smooth_total_variation.h"
#include "tests/solvers/problems.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using solvers::Quadratic;
using solvers::SmoothTotalVariation;
using solvers::TvKind;

/// Largest curvature that power iteration finds at v.
double curvature_at(const Prior& prior, const at::Tensor& v) {
  const at::Tensor here = v.clone().requires_grad_(true);
  const at::Tensor slope = prior.gradient(here);
  at::Tensor p = random_normal(v.sizes(), v.scalar_type(), 3);
  double norm = 0.0;
  for (int i = 0; i < 100; ++i) {
    p = torch::autograd::grad({slope}, {here}, {p / p.norm()}, true).front();
    norm = p.norm().item<double>();
  }
  return norm;
}

SmoothTotalVariation smooth(TvKind kind, DifferenceBoundary boundary, double delta) {
  SmoothTotalVariation::Params p;
  p.kind = kind;
  p.boundary = boundary;
  p.weight = 0.7;
  p.delta = delta;
  return SmoothTotalVariation(p);
}

TEST(SmoothTotalVariation, WithoutRoundingItIsTotalVariation) {
  const at::Tensor v = random_normal({2, 1, 8, 6}, at::kDouble, 1);
  for (const TvKind kind : {TvKind::kAnisotropic, TvKind::kIsotropic}) {
    for (const auto boundary : {DifferenceBoundary::kCircular, DifferenceBoundary::kOpen}) {
      EXPECT_TRUE(close_relative(smooth(kind, boundary, 1e-9).value(v),
                                 total_variation(0.7, kind, boundary)->value(v), 1e-8));
    }
  }
}

TEST(SmoothTotalVariation, OfAStepIsThePseudoHuberFunctionOfItsHeight) {
  at::Tensor v = random_normal({1, 1, 4, 5}, at::kDouble, 1) * 0.0;
  v.narrow(2, 2, 2).fill_(0.3);
  const double one = std::hypot(0.3, 0.2) - 0.2;
  const auto prior = smooth(TvKind::kIsotropic, DifferenceBoundary::kOpen, 0.2);
  EXPECT_NEAR(prior.value(v).item<double>(), 0.7 * 5 * one, 1e-14);
}

TEST(SmoothTotalVariation, CurvatureStaysBelowItsBoundAndReachesItWhereItIsFlat) {
  const at::Tensor v = random_normal({1, 1, 8, 8}, at::kDouble, 2);
  for (const TvKind kind : {TvKind::kAnisotropic, TvKind::kIsotropic}) {
    const auto prior = smooth(kind, DifferenceBoundary::kCircular, 0.3);
    EXPECT_LE(curvature_at(prior, v), prior.curvature());
    EXPECT_NEAR(curvature_at(prior, v * 0.0), prior.curvature(), 1e-3);
  }
}

TEST(Quadratic, CurvatureIsTheWeight) {
  Quadratic::Params p;
  p.weight = 0.4;
  p.level = 2.0;
  const Quadratic prior(p);
  const at::Tensor v = random_normal({1, 1, 4, 4}, at::kDouble, 2);
  EXPECT_NEAR(curvature_at(prior, v), 0.4, 1e-14);
  EXPECT_DOUBLE_EQ(prior.curvature(), 0.4);
  EXPECT_NEAR(prior.value(v).item<double>(), 0.2 * (v - 2.0).square().sum().item<double>(), 1e-13);
}

}  // namespace
}  // namespace parfocal::test
