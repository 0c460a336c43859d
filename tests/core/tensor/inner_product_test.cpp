// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/inner_product.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal {
namespace {

TEST(InnerProduct, ConjugatesItsFirstArgument) {
  at::Tensor a = at::zeros({1}, at::kComplexDouble), b = a.clone();
  a.fill_(c10::complex<double>(1.0, 2.0));
  b.fill_(c10::complex<double>(3.0, -1.0));
  // (1 - 2i)(3 - i) = 1 - 7i
  EXPECT_EQ(inner_product(a, b), std::complex<double>(1.0, -7.0));
}

TEST(InnerProduct, AccumulatesSinglePrecisionInDouble) {
  // 2^24 + 1 ones are lost one by one in a float sum.
  const std::int64_t n = (std::int64_t{1} << 24) + 3;
  const at::Tensor ones = at::full({n}, 1.0f, at::kFloat);
  EXPECT_EQ(squared_norm(ones), static_cast<double>(n));
}

TEST(InnerProduct, DoesNotDependOnTheNumberOfThreads) {
  const at::Tensor a = test::random_normal({3, 70001}, at::kFloat, 1);
  const at::Tensor b = test::random_normal({3, 70001}, at::kFloat, 2);
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const std::complex<double> one = inner_product(a, b);
  at::set_num_threads(4);
  const std::complex<double> four = inner_product(a, b);
  at::set_num_threads(before);
  EXPECT_EQ(four, one);
}

TEST(InnerProduct, NormPerItemIsTheNormOfEachItem) {
  at::Tensor a = at::zeros({2, 3}, at::kDouble);
  a[0].fill_(2.0);
  a[1][2] = 5.0;
  EXPECT_EQ(squared_norm_per_item(a), (std::vector<double>{12.0, 25.0}));
}

TEST(InnerProduct, RefusesUnequalShapesAndIntegers) {
  EXPECT_THROW(static_cast<void>(inner_product(at::zeros({2}), at::zeros({3}))), LogicError);
  EXPECT_THROW(static_cast<void>(squared_norm(at::zeros({2}, at::kLong))), LogicError);
}

}  // namespace
}  // namespace parfocal
