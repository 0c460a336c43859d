// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace parfocal::solvers {

/// Algebra of a bank of transfer functions, frequency by frequency (see `TransferFunctions`).
///
/// Layout:     transfer [C or 1, J, K, p_y, f]; spectra of objects [batch, C K, p_y, f], of images
///             [batch, C J, p_y, f].
/// Invariants: differentiable in everything.
/// Tested by:  tests/solvers/transfer_bank_test.cpp (dense sums and solves).
[[nodiscard]] at::Tensor apply_bank(const at::Tensor& transfer, const at::Tensor& objects);
[[nodiscard]] at::Tensor apply_bank_adjoint(const at::Tensor& transfer, const at::Tensor& images);

/// The bank ( H^H H + diag(d) )^-1 H^H that gives objects from images, [C or 1, K, J, p_y, f]; d as of
/// `BankNormal`.
[[nodiscard]] at::Tensor regularized_inverse(const at::Tensor& transfer,
                                             const std::vector<at::Tensor>& d);

/// The normal equations of a bank at every frequency,
///
///   ( g sum_j conj(H_jk) H_jl + d_k delta_kl ) x_l = r_k,
///
/// solved by elimination without pivoting, which is stable: the matrix is positive semidefinite.
/// Layout:     d: one tensor for all unknowns or one for each, broadcast to [batch, C, p_y, f].
/// Invariants: with several unknowns one that its image and its d leave open (a pivot of rounding)
///             is 0; a single one is the plain quotient.
class BankNormal {
 public:
  explicit BankNormal(const at::Tensor& transfer);

  [[nodiscard]] at::Tensor solve(const std::vector<at::Tensor>& d, const at::Tensor& right) const;
  /// The same at every point instead, with a real matrix of its own [batch, K, K, n_y, n_x].
  [[nodiscard]] static BankNormal of_points(const at::Tensor& matrix);
  /// The matrix of the images times g.
  [[nodiscard]] BankNormal scaled(const at::Tensor& g) const;
  [[nodiscard]] std::int64_t unknowns() const { return unknowns_; }
  /// sum_j |H_jk|^2, real [C or 1, p_y, f].
  [[nodiscard]] const at::Tensor& power(std::int64_t k) const { return entry(k, k); }

 private:
  BankNormal() = default;
  [[nodiscard]] const at::Tensor& entry(std::int64_t k, std::int64_t l) const {
    return entries_[static_cast<std::size_t>(k * unknowns_ + l)];
  }

  std::int64_t unknowns_ = 1;
  std::vector<at::Tensor> entries_;  ///< [k][l], defined for k <= l; real for k = l.
};

}  // namespace parfocal::solvers
