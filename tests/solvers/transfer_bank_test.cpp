// SPDX-License-Identifier: Apache-2.0
#include "solvers/linear/transfer_bank.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/diag.h>
#include <ATen/ops/einsum.h>
#include <ATen/ops/linalg_solve.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/view_as_real.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "core/tensor/tensor_checks.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/gradient_check.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using solvers::apply_bank;
using solvers::apply_bank_adjoint;
using solvers::BankNormal;

/// Two channels, each of four images and three unknowns.
at::Tensor bank() { return random_normal({2, 4, 3, 5, 6}, at::kComplexDouble, 1); }
at::Tensor spectra(std::int64_t channels, std::uint64_t seed) {
  return random_normal({2, channels, 5, 6}, at::kComplexDouble, seed);
}

TEST(TransferBank, IsTheSumOverUnknowns) {
  const at::Tensor x = spectra(6, 2);
  const at::Tensor sums = at::einsum("cjkyf,bckyf->bcjyf", {bank(), x.view({2, 2, 3, 5, 6})});
  EXPECT_TRUE(close_relative(apply_bank(bank(), x), sums.flatten(1, 2), 1e-14));
}

TEST(TransferBank, AdjointIsExact) {
  const at::Tensor x = spectra(6, 2), y = spectra(8, 3);
  const at::Tensor one = (apply_bank(bank(), x).conj() * y).sum();
  const at::Tensor other = (x.conj() * apply_bank_adjoint(bank(), y)).sum();
  EXPECT_TRUE(close_relative(one, other, 1e-13));
}

TEST(TransferBank, OneBankServesAnyNumberOfChannels) {
  const at::Tensor h = random_normal({1, 1, 1, 5, 6}, at::kComplexDouble, 1);
  EXPECT_TRUE(identical(apply_bank(h, spectra(3, 2)), spectra(3, 2) * h[0][0]));
}

TEST(TransferBank, NormalEquationsAreSolved) {
  const at::Tensor r = spectra(6, 4);
  const at::Tensor d = random_normal({3}, at::kDouble, 5).abs() + 0.1;
  const at::Tensor x = BankNormal(bank()).solve({d[0], d[1], d[2]}, r);
  const at::Tensor h = bank().permute({0, 3, 4, 1, 2});  // [c, y, f, j, k]
  const at::Tensor matrix =
      h.conj().transpose(-1, -2).matmul(h) + at::diag(d).to(at::kComplexDouble);
  const at::Tensor right = r.view({2, 2, 3, 5, 6}).permute({0, 1, 3, 4, 2});
  const at::Tensor solution = at::linalg_solve(matrix.expand({2, -1, -1, -1, -1, -1}), right, true);
  EXPECT_TRUE(close_relative(x, solution.permute({0, 1, 4, 2, 3}).reshape_as(x), 1e-11));
}

TEST(TransferBank, InverseIsTheSolutionOfTheNormalEquations) {
  const at::Tensor y = spectra(8, 3), d = at::ones({}, at::kDouble) * 0.3;
  const at::Tensor inverse = solvers::regularized_inverse(bank(), {d});
  EXPECT_EQ(inverse.sizes(), at::IntArrayRef({2, 3, 4, 5, 6}));
  EXPECT_TRUE(close_relative(apply_bank(inverse, y),
                             BankNormal(bank()).solve({d}, apply_bank_adjoint(bank(), y)), 1e-12));
}

TEST(TransferBank, WhatNoImageShowsIsZero) {
  at::Tensor h = bank();
  h.select(2, 1).zero_();
  const at::Tensor x =
      BankNormal(h).solve({at::zeros({}, at::kDouble)}, apply_bank_adjoint(h, spectra(8, 3)));
  EXPECT_TRUE(all_finite(x));
  EXPECT_EQ(x.view({2, 2, 3, 5, 6}).select(2, 1).abs().max().item<double>(), 0.0);
}

TEST(TransferBank, GradientsAreExact) {
  at::Tensor h = at::view_as_real(random_normal({1, 3, 2, 2, 3}, at::kComplexDouble, 1)).clone();
  at::Tensor d = at::ones({2}, at::kDouble);
  h.requires_grad_(true);
  d.requires_grad_(true);
  const at::Tensor r = random_normal({1, 2, 2, 3}, at::kComplexDouble, 4);
  const GradientReport report = check_gradient(
      [&] {
        const at::Tensor x = BankNormal(at::view_as_complex(h)).solve({d[0], d[1]}, r);
        return x.abs().square().sum();
      },
      {{"transfer", h}, {"d", d}});
  EXPECT_TRUE(report.good()) << report.table();
}

}  // namespace
}  // namespace parfocal::test
