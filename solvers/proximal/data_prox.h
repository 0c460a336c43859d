// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "solvers/data_term.h"
#include "solvers/linear/conjugate_gradient.h"
#include "solvers/linear/transfer_bank.h"
#include "solvers/solver.h"

namespace parfocal::solvers {

/// The data step of a splitting method: the proximal operator of the data term.
///
///   x = argmin 1/2 (A x - b)^T W (A x - b) + mu/2 |x - z|^2
///
/// in the units of the prior where it has some (`ChannelUnits`: mu_k = mu / unit_k^2). For circular convolutions on the sensor's own grid and equal weights w in closed form,
///
///   sum_l ( sum_j conj(H_jk) H_jl + delta_kl a ) DFT x_l = sum_j conj(H_jk) DFT b_j + a DFT z_k
///
/// with a = mu / w, two real transforms a step; where the points of a mixture stand alone in closed
/// form at each of them, whatever the weights; else by conjugate gradients that start at z.
///
/// Layout:     z and x [batch, domain]; one mu per item.
/// Precision:  the closed form divides once by a sum of positive numbers and loses no digits for a
///             small a, as a difference of two terms over a would.
/// Errors:     UsageError for a model without adjoint; NumericError as of `conjugate_gradient`.
/// Tested by:  tests/solvers/data_prox_test.cpp (dense solve).
class DataProx {
 public:
  DataProx(const Problem& problem, std::string solver, const ConjugateGradientLimits& limits);

  [[nodiscard]] at::Tensor prox(const at::Tensor& z, const std::vector<double>& mu) const;
  [[nodiscard]] bool is_closed_form() const { return normal_ || points_; }
  [[nodiscard]] const DataTerm& data() const { return data_; }
  /// Root of the mean variance of the pixels that count: the noise level of each item, in the unit
  /// of the measurement.
  [[nodiscard]] std::vector<double> noise_levels() const;

 private:
  void prepare_closed_form();
  /// mu of every channel over `weight` per item, [batch, channel or 1, 1, 1].
  [[nodiscard]] at::Tensor strength(const std::vector<double>& mu, const at::Tensor& weight,
                                    const at::Tensor& like) const;

  const LinearOperator* model_;
  OperatorPtr kept_;
  std::string solver_;
  ConjugateGradientLimits limits_;
  DataTerm data_;
  at::Tensor adjoint_data_;           ///< A^T W b; undefined in closed form at frequencies.
  at::Tensor numerator_;              ///< sum_j conj(H_jk) DFT b_j
  std::optional<BankNormal> normal_;  ///< At frequencies, or
  std::optional<BankNormal> points_;  ///< at points.
  at::Tensor item_weight_;            ///< w per item, float64 [batch].
  at::Tensor units_;                  ///< [channel, 1, 1] float64, or undefined.
  std::int64_t n_y_ = 0, n_x_ = 0;
};

}  // namespace parfocal::solvers
