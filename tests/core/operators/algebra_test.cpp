// SPDX-License-Identifier: Apache-2.0
#include "core/operators/algebra.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/diag.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/linalg_svdvals.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "tests/core/operators/dense_operator.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal {
namespace {

using test::DenseOperator;

constexpr auto kType = at::kComplexDouble;
const at::Tensor kA = test::random_normal({4, 6}, kType, 1);
const at::Tensor kB = test::random_normal({6, 3}, kType, 2);
const at::Tensor kC = test::random_normal({4, 6}, kType, 3);

std::shared_ptr<DenseOperator> dense(const at::Tensor& matrix, std::optional<double> bound = {}) {
  auto op = std::make_shared<DenseOperator>(matrix);
  op->bound = bound;
  return op;
}

/// Forward, adjoint and gram against the matrix, with two batch axes.
void expect_matrix(const LinearOperator& op, const at::Tensor& matrix) {
  const at::Tensor x = test::random_normal({2, 5, matrix.size(1)}, kType, 8);
  EXPECT_TRUE(test::close(op.forward(x), at::matmul(x, matrix.t()), 1e-13));
  const at::Tensor y = test::random_normal({2, 5, matrix.size(0)}, kType, 9);
  EXPECT_TRUE(test::close(op.adjoint(y), at::matmul(y, matrix.conj()), 1e-13));
  const at::Tensor gram = at::matmul(matrix.conj().t(), matrix);
  EXPECT_TRUE(test::close(op.gram(x), at::matmul(x, gram.t()), 1e-12));
  EXPECT_LE(test::adjoint_gap(op), 1e-13);
  EXPECT_EQ(op.domain(), (Shape{matrix.size(1)}));
  EXPECT_EQ(op.range(), (Shape{matrix.size(0)}));
}

TEST(Algebra, CompositionIsTheMatrixProduct) {
  const auto op = compose(dense(kA, 3.0), dense(kB, 2.0));
  expect_matrix(*op, at::matmul(kA, kB));
  EXPECT_EQ(op->norm_bound(), 6.0);
}

TEST(Algebra, SumIsTheMatrixSum) {
  const auto op = sum({dense(kA, 3.0), dense(kC, 2.0), dense(kA, 1.0)});
  expect_matrix(*op, kA + kC + kA);
  EXPECT_EQ(op->norm_bound(), 6.0);
}

TEST(Algebra, ScaledOperatorIsTheScaledMatrix) {
  const auto op = scale(-2.5, dense(kA, 2.0));
  expect_matrix(*op, kA * -2.5);
  EXPECT_EQ(op->norm_bound(), 5.0);
}

TEST(Algebra, AdjointIsTheConjugateTranspose) {
  const auto original = dense(kA, 2.0);
  const auto op = adjoint_of(original);
  expect_matrix(*op, kA.conj().t());
  EXPECT_EQ(op->norm_bound(), 2.0);
  EXPECT_EQ(adjoint_of(op), original);
}

TEST(Algebra, StackPutsRowsBehindTheBatch) {
  const auto op = stack({dense(kA, 3.0), dense(kC, 4.0)});
  const at::Tensor x = test::random_normal({2, 6}, kType, 8);
  const at::Tensor expected = at::stack({at::matmul(x, kA.t()), at::matmul(x, kC.t())}, 1);
  EXPECT_TRUE(test::close(op->forward(x), expected, 1e-13));
  EXPECT_EQ(op->range(), (Shape{2, 4}));
  EXPECT_LE(test::adjoint_gap(*op), 1e-13);
  EXPECT_TRUE(test::close(op->gram(x), op->adjoint(op->forward(x)), 1e-12));
  EXPECT_EQ(op->norm_bound(), 5.0);
}

TEST(Algebra, BoundIsUnknownIfOneIsUnknown) {
  EXPECT_FALSE(compose(dense(kA, 3.0), dense(kB))->norm_bound());
  EXPECT_FALSE(sum({dense(kA, 3.0), dense(kC)})->norm_bound());
  EXPECT_FALSE(stack({dense(kA), dense(kC, 1.0)})->norm_bound());
  EXPECT_FALSE(scale(2.0, dense(kA))->norm_bound());
}

TEST(Algebra, RefusesShapesThatDoNotFit) {
  EXPECT_THROW(static_cast<void>(compose(dense(kB), dense(kA))), LogicError);
  EXPECT_THROW(static_cast<void>(sum({dense(kA), dense(kB)})), LogicError);
  EXPECT_THROW(static_cast<void>(stack({dense(kA), dense(kB)})), LogicError);
  EXPECT_THROW(static_cast<void>(sum({})), LogicError);
}

/// U diag(s) V* with random unitary U and V.
at::Tensor matrix_of(const std::vector<double>& singular_values) {
  const auto n = static_cast<std::int64_t>(singular_values.size());
  const at::Tensor u = std::get<0>(at::linalg_qr(test::random_normal({n, n}, kType, 5)));
  const at::Tensor v = std::get<0>(at::linalg_qr(test::random_normal({n, n}, kType, 6)));
  const at::Tensor s = at::diag(at::tensor(singular_values, at::kDouble)).to(kType);
  return at::matmul(at::matmul(u, s), v.conj().t());
}

TEST(PowerIteration, FindsTheLargestKnownSingularValueFromBelow) {
  const auto found = estimate_norm(*dense(matrix_of({7.25, 3.0, 2.0, 0.5})), 1e-9);
  EXPECT_TRUE(found.converged);
  EXPECT_LE(found.norm, 7.25 * (1.0 + 1e-13));
  EXPECT_TRUE(test::close(found.norm, 7.25, 1e-7));
}

TEST(PowerIteration, AgreesWithTheSvdOfARectangle) {
  const double expected = at::linalg_svdvals(kA)[0].item<double>();
  EXPECT_TRUE(test::close(estimate_norm(*dense(kA), 1e-12, 2000).norm, expected, 1e-8));
}

TEST(PowerIteration, SaysWhenItDidNotConverge) {
  const auto found = estimate_norm(*dense(matrix_of({1.0, 0.999, 0.998, 0.5})), 1e-15, 3);
  EXPECT_FALSE(found.converged);
  EXPECT_EQ(found.iterations, 3);
}

TEST(PowerIteration, OfTheZeroOperatorIsZero) {
  const auto found = estimate_norm(*dense(at::zeros({4, 6}, at::kFloat)));
  EXPECT_TRUE(found.converged);
  EXPECT_EQ(found.norm, 0.0);
}

TEST(PowerIteration, SameSeedGivesTheSameBits) {
  const auto one = estimate_norm(*dense(kA)), two = estimate_norm(*dense(kA));
  EXPECT_EQ(one.norm, two.norm);
  EXPECT_EQ(one.iterations, two.iterations);
}

}  // namespace
}  // namespace parfocal
