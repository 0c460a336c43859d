// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/checkpoint.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "core/check.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal {
namespace {

at::Tensor leaf(std::uint64_t seed) {
  return test::random_normal({4, 5}, at::kDouble, seed).requires_grad_(true);
}

at::Tensor nonlinear(const std::vector<at::Tensor>& in) {
  return (in[0] * in[1]).sin() + in[0].exp() / (1.0 + in[1] * in[1]);
}

TEST(Checkpoint, ValueAndGradientAreThoseOfThePlainFunction) {
  const at::Tensor a = leaf(1), b = leaf(2);
  const at::Tensor plain = nonlinear({a, b}), recomputed = checkpoint(nonlinear, {a, b});
  EXPECT_TRUE(test::identical(recomputed, plain));
  const auto expected = torch::autograd::grad({plain.sum()}, {a, b});
  const auto got = torch::autograd::grad({recomputed.sum()}, {a, b});
  EXPECT_TRUE(test::identical(got[0], expected[0]));
  EXPECT_TRUE(test::identical(got[1], expected[1]));
}

TEST(Checkpoint, ChainsAndLeavesConstantsWithoutGradient) {
  const at::Tensor a = leaf(3), constant = test::random_normal({4, 5}, at::kDouble, 4);
  at::Tensor plain = a, recomputed = a;
  for (int i = 0; i < 3; ++i) {
    plain = nonlinear({plain, constant});
    recomputed = checkpoint(nonlinear, {recomputed, constant});
  }
  const auto expected = torch::autograd::grad({plain.sum()}, {a});
  const auto got = torch::autograd::grad({recomputed.sum()}, {a});
  EXPECT_TRUE(test::identical(got[0], expected[0]));
  EXPECT_FALSE(constant.grad().defined());
}

TEST(Checkpoint, RunsTheFunctionOnceForwardAndOnceBackwardWithoutKeepingAGraph) {
  int calls = 0;
  bool graph_in_forward = true;
  const TensorFunction counted = [&](const std::vector<at::Tensor>& in) {
    if (++calls == 1) graph_in_forward = at::GradMode::is_enabled();
    return nonlinear({in[0], in[0]});
  };
  const at::Tensor a = leaf(5);
  const at::Tensor value = checkpoint(counted, {a});
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(graph_in_forward);
  static_cast<void>(torch::autograd::grad({value.sum()}, {a}));
  EXPECT_EQ(calls, 2);
}

TEST(Checkpoint, RefusesASecondDerivative) {
  const at::Tensor a = leaf(6), b = leaf(7);
  const at::Tensor value = checkpoint(nonlinear, {a, b}).sum();
  EXPECT_THROW(static_cast<void>(torch::autograd::grad({value}, {a}, {}, true, true)), LogicError);
}

TEST(Checkpoint, WithoutTrainableInputHasNoGraph) {
  const at::Tensor a = test::random_normal({2}, at::kDouble, 8);
  EXPECT_FALSE(checkpoint(nonlinear, {a, a}).requires_grad());
}

}  // namespace
}  // namespace parfocal
