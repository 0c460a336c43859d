// SPDX-License-Identifier: Apache-2.0
#include "learned/training/lbfgs.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mv.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <cmath>

namespace parfocal {
namespace {

/// (x - m) A (x - m) / 2 + 3 with eigenvalues 1, 4, 9, ..., not along the axes.
struct Quadratic {
  at::Tensor a, m;

  explicit Quadratic(std::int64_t n) {
    const at::Tensor k = at::arange(1, n + 1, at::kDouble);
    const at::Tensor v = k.sin() / k.sin().norm();
    const at::Tensor turn = -2.0 * at::outer(v, v) + at::full({n}, 1.0, at::kDouble).diag();
    a = turn.matmul(k.square().diag()).matmul(turn);
    m = k.cos();
  }
  [[nodiscard]] Lbfgs::Point operator()(const at::Tensor& x) const {
    const at::Tensor g = at::mv(a, x - m);
    return {x, 0.5 * (x - m).dot(g).item<double>() + 3.0, g};
  }
};

/// Sum over k of 100 (x_{k+1} - x_k^2)^2 + (1 - x_k)^2.
Lbfgs::Point rosenbrock(const at::Tensor& x) {
  const std::int64_t n = x.numel();
  const at::Tensor head = x.narrow(0, 0, n - 1), tail = x.narrow(0, 1, n - 1);
  const at::Tensor d = tail - head.square();
  at::Tensor g = at::zeros_like(x);
  g.narrow(0, 1, n - 1).add_(200.0 * d);
  g.narrow(0, 0, n - 1).add_(-400.0 * head * d - 2.0 * (1.0 - head));
  return {x, (100.0 * d.square() + (1.0 - head).square()).sum().item<double>(), g};
}

at::Tensor far_start(std::int64_t n) {
  at::Tensor x = at::full({n}, 1.0, at::kDouble);
  x.slice(0, 0, n, 2).fill_(-1.2);
  return x;
}

/// Iterations until the value is below `goal`.
int iterations(Lbfgs lbfgs, const Lbfgs::Evaluate& f, const at::Tensor& start, double goal) {
  Lbfgs::Point here = f(start);
  for (int i = 0; i < 1000; ++i) {
    if (here.value < goal) return i;
    const auto next = lbfgs.step(here, f);
    if (!next) return -1;
    EXPECT_LT(next->value, here.value) << i;
    here = *next;
  }
  return 1000;
}

/// With exact line searches and enough pairs the iterates are those of conjugate gradients, which
/// end after n steps (Nocedal and Wright, theorem 6.4).
TEST(Lbfgs, EndsAfterNStepsOnAQuadraticWithExactLineSearches) {
  for (const std::int64_t n : {2, 5, 8}) {
    const Quadratic f(n);
    const at::Tensor start = at::zeros_like(f.m);
    Lbfgs lbfgs(n, {1e-4, 1e-10});
    Lbfgs::Point here = f(start);
    const double first = here.gradient.norm().item<double>();
    for (std::int64_t i = 0; i < n; ++i) {
      EXPECT_GT(here.gradient.norm().item<double>(), 1e-4 * first) << "too early to be true";
      const auto next = lbfgs.step(here, f);
      ASSERT_TRUE(next);
      here = *next;
    }
    EXPECT_LT(here.gradient.norm().item<double>(), 1e-7 * first) << n;
    EXPECT_LT((here.variables - f.m).abs().max().item<double>(), 1e-6) << n;
  }
}

/// The first two steps written out: -g / max|g|, then H = gamma V V + rho s s (eq. 7.16, m = 1).
TEST(Lbfgs, TheDirectionIsThatOfTheBfgsFormula) {
  const Quadratic f(3);
  Lbfgs lbfgs(5, {1e-4, 0.999});
  const Lbfgs::Point x0 = f(at::zeros_like(f.m));
  at::Tensor tried;
  const auto spy = [&](const at::Tensor& x) {
    if (!tried.defined()) tried = x;
    return f(x);
  };
  const auto x1 = lbfgs.step(x0, spy);
  ASSERT_TRUE(x1);
  EXPECT_NEAR((tried - x0.variables).abs().max().item<double>(), 1.0, 1e-15);
  const at::Tensor s = x1->variables - x0.variables, y = x1->gradient - x0.gradient;
  const double rho = 1.0 / s.dot(y).item<double>();
  const double gamma = 1.0 / (rho * y.dot(y).item<double>());
  const at::Tensor unity = at::full({3}, 1.0, at::kDouble).diag();
  const at::Tensor v = unity - rho * at::outer(y, s);
  const at::Tensor h = gamma * v.t().matmul(v) + rho * at::outer(s, s);
  tried = at::Tensor();
  ASSERT_TRUE(lbfgs.step(*x1, spy));
  EXPECT_LT((tried - x1->variables + at::mv(h, x1->gradient)).abs().max().item<double>(), 1e-13);
}

/// SciPy 1.17.1, L-BFGS-B with 10 pairs from the same starts: 36 and 71 iterations to 1e-10, 38 and
/// 78 to 1e-20.
TEST(Lbfgs, NeedsAsManyIterationsOnRosenbrockAsAnotherImplementation) {
  EXPECT_NEAR(iterations(Lbfgs(10), rosenbrock, far_start(2), 1e-10), 36, 6);
  EXPECT_NEAR(iterations(Lbfgs(10), rosenbrock, far_start(2), 1e-20), 38, 6);
  EXPECT_NEAR(iterations(Lbfgs(10), rosenbrock, far_start(10), 1e-10), 71, 10);
  EXPECT_NEAR(iterations(Lbfgs(10), rosenbrock, far_start(10), 1e-20), 78, 10);
}

TEST(Lbfgs, TheScaleOfTheFunctionDoesNotMatter) {
  const double scale = 1024.0;
  Lbfgs one(10), other(10);
  Lbfgs::Point a = rosenbrock(far_start(4));
  const auto scaled = [&](const at::Tensor& x) {
    const Lbfgs::Point p = rosenbrock(x);
    return Lbfgs::Point{p.variables, p.value * scale, p.gradient * scale};
  };
  Lbfgs::Point b = scaled(far_start(4));
  for (int i = 0; i < 30; ++i) {
    a = one.step(a, rosenbrock).value();
    b = other.step(b, scaled).value();
    ASSERT_TRUE(at::equal(a.variables, b.variables)) << i;
  }
}

TEST(Lbfgs, KeepsTheNewestPairsAndNoneWithoutCurvature) {
  Lbfgs lbfgs(3);
  Lbfgs::Point here = rosenbrock(far_start(2));
  for (int i = 0; i < 6; ++i) {
    const Lbfgs::Point next = lbfgs.step(here, rosenbrock).value();
    EXPECT_EQ(std::ssize(lbfgs.pairs()), std::min(i + 1, 3));
    EXPECT_TRUE(at::equal(lbfgs.pairs().back().s, next.variables - here.variables));
    EXPECT_TRUE(at::equal(lbfgs.pairs().back().y, next.gradient - here.gradient));
    here = next;
  }
  // A plane has no curvature at all.
  const at::Tensor slope = at::tensor({1.0, 2.0}, at::kDouble);
  const auto plane = [&](const at::Tensor& x) {
    return Lbfgs::Point{x, slope.dot(x).item<double>(), slope};
  };
  Lbfgs flat(3);
  ASSERT_TRUE(flat.step(plane(far_start(2)), plane));
  EXPECT_TRUE(flat.pairs().empty());
}

TEST(Lbfgs, WithoutALowerPointNothingIsReturnedAndThePairsAreDropped) {
  Lbfgs lbfgs(3);
  const Lbfgs::Point start = rosenbrock(far_start(2));
  const Lbfgs::Point here = lbfgs.step(start, rosenbrock).value();
  ASSERT_FALSE(lbfgs.pairs().empty());
  int evaluations = 0;
  const auto wall = [&](const at::Tensor& x) {
    ++evaluations;
    return Lbfgs::Point{x, std::nan(""), at::zeros_like(x)};
  };
  EXPECT_FALSE(lbfgs.step(here, wall));
  EXPECT_EQ(evaluations, 50) << "along the pairs, then along the gradient";
  EXPECT_TRUE(lbfgs.pairs().empty());
  EXPECT_FALSE(lbfgs.step(here, wall));
  EXPECT_EQ(evaluations, 50) << "the same again cannot end otherwise";
  EXPECT_FALSE(lbfgs.step({here.variables, 1.0, at::zeros_like(here.variables)}, wall));
  EXPECT_EQ(evaluations, 50) << "no slope, nothing to try";
}

}  // namespace
}  // namespace parfocal
