// SPDX-License-Identifier: Apache-2.0
#include "tests/support/adjoint_gap.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/real.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/tensor/fft.h"

namespace parfocal::test {
namespace {

const at::Tensor kMatrix = random_normal({4, 6}, at::kComplexDouble, 1);
const at::Tensor kX = random_normal({6}, at::kComplexDouble, 2);
const at::Tensor kY = random_normal({4}, at::kComplexDouble, 3);

at::Tensor forward(const at::Tensor& x) { return kMatrix.mv(x); }

TEST(AdjointGap, OfTheConjugateTransposeIsRounding) {
  const auto adjoint = [](const at::Tensor& y) { return kMatrix.conj().t().mv(y); };
  EXPECT_LE(adjoint_gap(forward, adjoint, kX, kY), 1e-14);
}

TEST(AdjointGap, SeesTheMissingConjugate) {
  const auto transpose = [](const at::Tensor& y) { return kMatrix.t().mv(y); };
  EXPECT_GT(adjoint_gap(forward, transpose, kX, kY), 1e-3);
}

TEST(AdjointGap, SeesASlightlyWrongScale) {
  const auto scaled = [](const at::Tensor& y) { return kMatrix.conj().t().mv(y) * (1.0 + 1e-9); };
  EXPECT_GT(adjoint_gap(forward, scaled, kX, kY), 1e-11);
}

TEST(AdjointGap, OfNanOrAWrongShapeNeverPasses) {
  const auto nan = [](const at::Tensor& y) {
    return kMatrix.conj().t().mv(y) * std::numeric_limits<double>::quiet_NaN();
  };
  const auto short_result = [](const at::Tensor& y) { return y; };
  EXPECT_FALSE(adjoint_gap(forward, nan, kX, kY) <= 1e30);
  EXPECT_FALSE(adjoint_gap(forward, short_result, kX, kY) <= 1e30);
}

TEST(AdjointGap, BetweenRealAndComplexComparesRealParts) {
  // fft2 from real images; its adjoint over the reals is N Re ifft2.
  const at::Tensor x = random_normal({5, 6}, at::kDouble, 4);
  const at::Tensor y = random_normal({5, 6}, at::kComplexDouble, 5);
  const auto adjoint = [](const at::Tensor& v) { return at::real(ifft2(v)) * 30.0; };
  EXPECT_LE(adjoint_gap(fft2, adjoint, x, y), 1e-14);
  const auto wrong = [](const at::Tensor& v) { return at::real(fft2(v)); };
  EXPECT_GT(adjoint_gap(fft2, wrong, x, y), 1e-3);
}

}  // namespace
}  // namespace parfocal::test
