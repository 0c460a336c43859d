// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/fourier_sum.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/scalar_tensor.h>
#include <gtest/gtest.h>

#include <numbers>

#include "core/check.h"
#include "tests/optics/parts.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/gradient_check.h"

namespace parfocal::optics {
namespace {

at::Tensor scalar(double value) { return at::scalar_tensor(value, at::kDouble); }

FourierAxis axis(std::int64_t n_in, std::int64_t n_out, double step, double o_in, double o_out) {
  return {n_in, n_out, o_in, o_out, scalar(step)};
}

/// exp(-i 2 pi a u v) from the definition.
at::Tensor definition(const FourierAxis& a) {
  const at::Tensor u = at::arange(a.n_in, at::kDouble) - a.origin_in;
  const at::Tensor v = at::arange(a.n_out, at::kDouble) - a.origin_out;
  const at::Tensor phase = v.unsqueeze(1) * u * (a.step.item<double>() * -2 * std::numbers::pi);
  return at::polar(at::ones_like(phase), phase);
}

at::Tensor direct(const FourierAxis& y, const FourierAxis& x, const at::Tensor& field) {
  return at::matmul(at::matmul(definition(y), field), definition(x).t());
}

FourierSum sum_of(const FourierAxis& y, const FourierAxis& x, FourierMethod method) {
  return {"sum", y, x, method, {}, {}, at::kComplexDouble};
}

TEST(FourierSum, EveryMethodIsTheDirectSum) {
  for (const auto& [n_y, n_x] : {std::pair{15, 22}, {13, 1}, {1, 1}, {16, 31}}) {
    const FourierAxis y = axis(n_y, 7, 0.013, 6.5, 3.0), x = axis(n_x, 29, -0.027, 11.0, 8.25);
    const at::Tensor field = random_complex({2, n_y, n_x}, 1);
    const at::Tensor expected = direct(y, x, field);
    for (const FourierMethod method : {FourierMethod::kChirpZ, FourierMethod::kMatrix}) {
      EXPECT_LE(relative_error(sum_of(y, x, method).forward(field), expected), 1e-12);
    }
  }
}

TEST(FourierSum, AnFftWithFreeOriginsIsTheDirectSum) {
  for (const double sign : {1.0, -1.0}) {
    const FourierAxis y = axis(15, 15, sign / 15, 6.5, 7.0), x = axis(22, 22, -sign / 22, 11, 3.25);
    const at::Tensor field = random_complex({2, 15, 22}, 2);
    const FourierSum sum = sum_of(y, x, FourierMethod::kFft);
    EXPECT_LE(relative_error(sum.forward(field), direct(y, x, field)), 1e-12);
    EXPECT_EQ(FourierSum::cheapest(y, x), FourierMethod::kFft);
  }
}

TEST(FourierSum, AdjointIsExact) {
  const FourierAxis y = axis(15, 15, 1.0 / 15, 6.5, 7.0), x = axis(22, 22, 1.0 / 22, 11, 3.25);
  const FourierAxis free_y = axis(15, 8, 0.031, 6.5, 4.0);
  const at::Tensor pre = random_complex({15, 22}, 3), post = random_complex({15, 22}, 4);
  EXPECT_LE(test::adjoint_gap(
                FourierSum("sum", y, x, FourierMethod::kFft, pre, post, at::kComplexDouble)),
            1e-12);
  for (const FourierMethod method : {FourierMethod::kChirpZ, FourierMethod::kMatrix}) {
    EXPECT_LE(test::adjoint_gap(FourierSum("sum", free_y, x, method, pre, {}, at::kComplexDouble)),
              1e-12);
  }
}

TEST(FourierSum, GradientInTheStepMatchesFiniteDifferences) {
  const at::Tensor field = random_complex({15, 22}, 5);
  for (const FourierMethod method : {FourierMethod::kChirpZ, FourierMethod::kMatrix}) {
    const at::Tensor step = at::scalar_tensor(0.02, at::kDouble).requires_grad_(true);
    const auto loss = [&] {
      const FourierAxis y{15, 9, 7.0, 4.0, step}, x{22, 9, 11.0, 4.0, step * 0.7};
      return sum_of(y, x, method).forward(field).abs().square().narrow(0, 1, 3).sum();
    };
    const auto report = test::check_gradient(loss, {{"step", step}}, {.step = 1e-4});
    EXPECT_TRUE(report.good()) << report.table();
  }
}

TEST(FourierSum, FewOutputsGoByMatrixAndManyByChirpZ) {
  EXPECT_EQ(FourierSum::cheapest(axis(512, 8, 1e-4, 0, 0), axis(512, 8, 1e-4, 0, 0)),
            FourierMethod::kMatrix);
  EXPECT_EQ(FourierSum::cheapest(axis(2048, 2048, 1e-4, 0, 0), axis(2048, 2048, 1e-4, 0, 0)),
            FourierMethod::kChirpZ);
}

TEST(FourierSum, FftWithAnotherStepIsALogicError) {
  EXPECT_THROW((void)sum_of(axis(8, 8, 0.1, 0, 0), axis(8, 8, 0.125, 0, 0), FourierMethod::kFft),
               LogicError);
}

}  // namespace
}  // namespace parfocal::optics
