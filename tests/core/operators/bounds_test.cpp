// SPDX-License-Identifier: Apache-2.0
#include "core/operators/bounds.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/operators/parameter_tree.h"

namespace parfocal {
namespace {

using By = BoundedLeaf::By;
using testing::HasSubstr;
using testing::ThrowsMessage;

Parameter parameter(const at::Tensor& values, const Bounds& bounds) {
  Parameter made;
  made.leaf = values.clone().requires_grad_(true);
  made.unit = "um";
  made.bounds = bounds;
  return made;
}

const at::Tensor kStart = at::tensor({0.2, 0.5, 0.9}, at::kDouble);
const Bounds kAll[] = {{0.0, 1.0, true, true}, Bounds::above(0.0), {.upper = 1.0}, {}};

/// Descends sum w (leaf - target)^2 by `steps` steps of `rate` on the free leaf.
void descend(const BoundedLeaf& bounded, const Parameter& p, double target, int steps,
             double rate) {
  for (int i = 0; i < steps; ++i) {
    p.leaf.mutable_grad() = at::Tensor();
    (p.leaf - target).square().sum().backward();
    bounded.pull_gradient();
    {
      const at::NoGradGuard no_grad;
      bounded.free().sub_(bounded.free().grad() * rate);
    }
    bounded.push_value();
  }
}

TEST(BoundedLeaf, ProjectionEndsAtTheBound) {
  const Parameter p = parameter(kStart, {0.0, 1.0});
  const BoundedLeaf bounded("x", p, By::kProjection);
  descend(bounded, p, 3.0, 50, 0.1);
  EXPECT_EQ(p.leaf.min().item<double>(), 1.0);
  EXPECT_EQ(p.leaf.max().item<double>(), 1.0);
  descend(bounded, p, 0.25, 200, 0.1);
  EXPECT_NEAR(p.leaf.sum().item<double>(), 0.75, 1e-12) << "and leaves it again";
}

TEST(BoundedLeaf, ReparametrizationComesNearTheBoundAndFindsTheInside) {
  const Parameter p = parameter(kStart, {0.0, 1.0, true, true});
  const BoundedLeaf bounded("x", p, By::kReparametrization);
  descend(bounded, p, 3.0, 500, 1.0);
  EXPECT_GT(p.leaf.min().item<double>(), 0.99);
  EXPECT_LT(p.leaf.max().item<double>(), 1.0);
  const Parameter q = parameter(kStart, Bounds::above(0.0));
  const BoundedLeaf positive("x", q, By::kReparametrization);
  descend(positive, q, 0.25, 2000, 1.0);
  EXPECT_NEAR(q.leaf.sum().item<double>(), 0.75, 1e-9);
}

TEST(BoundedLeaf, StartsWhereTheLeafIs) {
  for (const Bounds& bounds : kAll) {
    const Parameter p = parameter(kStart, bounds);
    const BoundedLeaf bounded("x", p, By::kReparametrization);
    bounded.push_value();
    EXPECT_LE((p.leaf - kStart).abs().max().item<double>(), 1e-14);
  }
  const at::Tensor far = at::tensor({1e-4, 40.0, 1e5}, at::kDouble);
  const Parameter p = parameter(far, Bounds::above(0.0));
  const BoundedLeaf bounded("x", p, By::kReparametrization);
  bounded.push_value();
  EXPECT_LE((p.leaf / far - 1.0).abs().max().item<double>(), 1e-12);
}

TEST(BoundedLeaf, GradientIsThatOfTheValue) {
  for (const Bounds& bounds : kAll) {
    const Parameter p = parameter(kStart, bounds);
    const BoundedLeaf bounded("x", p, By::kReparametrization);
    const auto loss = [&] { return (p.leaf * p.leaf * p.leaf).sum(); };
    loss().backward();
    bounded.pull_gradient();
    const at::Tensor gradient = bounded.free().grad().clone();
    const at::NoGradGuard no_grad;
    const double h = 1e-5;
    for (std::int64_t i = 0; i < 3; ++i) {
      const auto moved = [&](double step) {
        bounded.free()[i].add_(step);
        bounded.push_value();
        return loss().item<double>();
      };
      const double slope = (moved(h) - moved(-2 * h)) / (2 * h);
      (void)moved(h);
      EXPECT_NEAR(gradient[i].item<double>() / slope, 1.0, 1e-7);
    }
  }
}

TEST(BoundedLeaf, AStartAtTheBoundCanLeaveIt) {
  const Parameter p = parameter(at::tensor({0.0, 1.0}, at::kDouble), {0.0, 1.0});
  const BoundedLeaf bounded("x", p, By::kReparametrization);
  bounded.push_value();
  EXPECT_NEAR(p.leaf[0].item<double>(), 1e-3, 1e-12);
  EXPECT_NEAR(p.leaf[1].item<double>(), 1.0 - 1e-3, 1e-12);
  descend(bounded, p, 0.4, 5000, 2.0);
  EXPECT_NEAR(p.leaf[0].item<double>(), 0.4, 1e-6);
  EXPECT_NEAR(p.leaf[1].item<double>(), 0.4, 1e-6);
}

TEST(BoundedLeaf, AStartNearABoundStaysWhereItIs) {
  const at::Tensor near = at::tensor({1e-9, 1e-14, 0.5}, at::kDouble);
  for (const Bounds& bounds : {Bounds{0.0, 1.0}, Bounds::at_least(0.0)}) {
    const Parameter p = parameter(near, bounds);
    const BoundedLeaf bounded("x", p, By::kReparametrization);
    bounded.push_value();
    EXPECT_LE((p.leaf / near - 1.0).abs().max().item<double>(), 1e-9);
  }
}

TEST(BoundedLeaf, AnOpenEndIsNeverReached) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    for (const double far : {-1e3, 1e3}) {
      const Parameter p = parameter(kStart.to(dtype) + 1.0, {1.0, 2.0, true, true});
      for (const By by : {By::kProjection, By::kReparametrization}) {
        const BoundedLeaf bounded("x", p, by);
        {
          const at::NoGradGuard no_grad;
          bounded.free().fill_(far);
        }
        bounded.push_value();
        EXPECT_TRUE(p.bounds.contains(p.leaf)) << far;
      }
    }
  }
  const Parameter above = parameter(kStart + 1.0, Bounds::above(1.0));
  const BoundedLeaf bounded("x", above, By::kReparametrization);
  {
    const at::NoGradGuard no_grad;
    bounded.free().fill_(-100.0);
  }
  bounded.push_value();
  EXPECT_GT(above.leaf.min().item<double>(), 1.0);
}

TEST(BoundedLeaf, WithoutAGradientNothingIsPulled) {
  const Parameter p = parameter(kStart, {0.0, 1.0});
  const BoundedLeaf bounded("x", p, By::kReparametrization);
  bounded.pull_gradient();
  EXPECT_FALSE(bounded.free().grad().defined());
}

TEST(BoundedLeaf, RefusesAStartOutside) {
  const Parameter outside = parameter(kStart, {0.3, 1.0});
  EXPECT_THAT([&] { BoundedLeaf("x", outside, By::kReparametrization); },
              ThrowsMessage<UsageError>(
                  HasSubstr("x = 0.2 .. 0.9 um: starts outside 0.3 .. 1; start it inside")));
}

}  // namespace
}  // namespace parfocal
