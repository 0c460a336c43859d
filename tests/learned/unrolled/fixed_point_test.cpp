// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/fixed_point.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_solve.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "core/check.h"
#include "core/error.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using learned::conjugate_gradients;
using learned::fixed_point;
using learned::FixedPointOptions;

constexpr std::int64_t kSize = 6;
constexpr FixedPointOptions kExact{1e-13, 2000, 5};

/// A contraction that is not symmetric.
at::Tensor contraction() {
  const at::Tensor m = random_normal({kSize, kSize}, at::kDouble, 1);
  return m * (0.8 / m.norm());
}
at::Tensor offset() { return random_normal({2, kSize}, at::kDouble, 2); }
at::Tensor affine(const at::Tensor& z, const at::Tensor& b) {
  return at::matmul(z, contraction().t()) + b;
}
/// (I - M)^-1 b per row.
at::Tensor solved(const at::Tensor& m, const at::Tensor& b) {
  const at::Tensor one = at::eye(kSize, at::kDouble);
  return at::linalg_solve(one - m, b.t()).t();
}

std::int64_t maps_until_done(std::int64_t history) {
  std::int64_t count = 0;
  const at::Tensor slow = at::eye(kSize, at::kDouble) * 0.6 + contraction() * 0.4;
  const auto map = [&](const at::Tensor& z) {
    ++count;
    return at::matmul(z, slow.t()) + offset();
  };
  FixedPointOptions options = kExact;
  options.tolerance = 1e-10;
  options.history = history;
  static_cast<void>(fixed_point(map, at::zeros({2, kSize}, at::kDouble), options, "test"));
  return count;
}

TEST(FixedPoint, OfAnAffineMapIsItsDenseSolution) {
  const auto map = [](const at::Tensor& z) { return affine(z, offset()); };
  const at::Tensor start = at::zeros({2, kSize}, at::kDouble);
  EXPECT_TRUE(close_relative(fixed_point(map, start, kExact, "test"),
                             solved(contraction(), offset()), 1e-11));
  FixedPointOptions plain = kExact;
  plain.history = 0;
  EXPECT_TRUE(close_relative(fixed_point(map, start, plain, "test"),
                             solved(contraction(), offset()), 1e-11));
}

TEST(FixedPoint, MixingNeedsFewerSteps) { EXPECT_LT(maps_until_done(5), maps_until_done(0) / 3); }

TEST(FixedPoint, EveryItemStopsByItself) {
  const at::Tensor b = offset() * at::tensor({1.0, 1e6}, at::kDouble).unsqueeze(1);
  const auto at_tolerance = [](const at::Tensor& rows) {
    return fixed_point([&](const at::Tensor& z) { return affine(z, rows).tanh(); },
                       at::zeros({rows.size(0), kSize}, at::kDouble), {1e-3, 100, 3}, "test");
  };
  const at::Tensor both = at_tolerance(b);
  for (std::int64_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(close_relative(both.narrow(0, i, 1), at_tolerance(b.narrow(0, i, 1)), 1e-12));
  }
}

TEST(FixedPoint, UnreachedToleranceIsANumericError) {
  const auto away = [](const at::Tensor& z) { return z * 3.0 + 1.0; };
  try {
    static_cast<void>(fixed_point(away, at::zeros({1, 2}, at::kDouble), {1e-6, 4, 0}, "the test"));
    FAIL();
  } catch (const NumericError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("the test, item 0: the relative residual is"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("after 4 iterations"));
  }
}

TEST(FixedPoint, AdjointIsTheTransposedDenseSolution) {
  const auto map = [](const at::Tensor& z) { return affine(z, offset()); };
  const at::Tensor v = random_normal({2, kSize}, at::kDouble, 3);
  const at::Tensor z = solved(contraction(), offset());
  EXPECT_TRUE(close_relative(learned::solve_adjoint_fixed_point(map, z, v, kExact),
                             solved(contraction().t(), v), 1e-11));
}

TEST(FixedPoint, ReplacedGradientKeepsTheValueAndTheOthersLeaves) {
  const at::Tensor x = random_normal({2, 3}, at::kDouble, 4).requires_grad_(true);
  const at::Tensor other = random_normal({2, 3}, at::kDouble, 5).requires_grad_(true);
  const at::Tensor y =
      learned::with_gradient(x * other, [](const at::Tensor& g) { return g * 7.0; });
  EXPECT_TRUE(identical(y.detach(), (x * other).detach()));
  const auto found = torch::autograd::grad({y.sum()}, {x}, {}, /*retain_graph=*/true);
  EXPECT_TRUE(close_relative(found[0], other.detach() * 7.0, 1e-15));
  EXPECT_FALSE(x.grad().defined());
  EXPECT_FALSE(other.grad().defined());
  EXPECT_THROW(torch::autograd::grad({y.sum()}, {x}, {}, true, /*create_graph=*/true), LogicError);
}

TEST(ConjugateGradients, AreTheDenseSolution) {
  const at::Tensor m = random_normal({kSize, kSize}, at::kDouble, 6);
  const at::Tensor h = at::matmul(m, m.t()) + at::eye(kSize, at::kDouble);
  const at::Tensor b = offset() * at::tensor({1.0, 1e-5}, at::kDouble).unsqueeze(1);
  const auto times_h = [&](const at::Tensor& p) { return at::matmul(p, h); };
  EXPECT_TRUE(close_relative(conjugate_gradients(times_h, b, kExact, "test"),
                             at::linalg_solve(h, b.t()).t(), 1e-11));
  EXPECT_THROW(static_cast<void>(
                   conjugate_gradients([](const at::Tensor& p) { return -p; }, b, kExact, "test")),
               NumericError);
  EXPECT_THROW(static_cast<void>(conjugate_gradients(times_h, b, {1e-13, 2, 0}, "test")),
               NumericError);
}

}  // namespace
}  // namespace parfocal::test
