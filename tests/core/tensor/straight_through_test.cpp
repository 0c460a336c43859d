// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/straight_through.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/round.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "core/check.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal {
namespace {

TEST(StraightThrough, ValueIsTheQuantisedOneToTheLastBit) {
  const at::Tensor x = test::random_normal({3, 7}, at::kFloat, 1).requires_grad_(true);
  const at::Tensor levels = at::round(x * 8.0) / 8.0 + 0.1;
  EXPECT_TRUE(test::identical(straight_through(x, levels), levels));
}

TEST(StraightThrough, GradientPassesAsIfNothingWereQuantised) {
  const at::Tensor x = test::random_normal({3, 7}, at::kDouble, 2).requires_grad_(true);
  const at::Tensor weight = test::random_normal({3, 7}, at::kDouble, 3);
  // The quantised branch depends on x with slope 5: that slope must not appear.
  const at::Tensor value = straight_through(x, at::round(x) + 5.0 * x);
  const auto gradient = torch::autograd::grad({(weight * value).sum()}, {x});
  EXPECT_TRUE(test::identical(gradient[0], weight));
}

TEST(StraightThrough, RefusesAnotherShapeOrDtype) {
  const at::Tensor x = test::random_normal({3}, at::kDouble, 2);
  EXPECT_THROW(static_cast<void>(straight_through(x, x.to(at::kFloat))), LogicError);
  EXPECT_THROW(static_cast<void>(straight_through(x, x.narrow(0, 0, 2))), LogicError);
}

}  // namespace
}  // namespace parfocal
