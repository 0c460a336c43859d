// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "solvers/linear/transfer_bank.h"
#include "solvers/proximal/admm.h"
#include "solvers/proximal/admm_setup.h"

namespace parfocal::solvers {

/// Penalties and weight of one step as 0-dim tensors: leaves of their own in an unrolled network.
struct AdmmPenalties {
  at::Tensor mu1, mu2, mu3, tau;
};

/// ADMM written as its updates say, by tensor operations; differentiable in everything.
///
///   u   <- shrink(D v + eta / mu2, tau / mu2)
///   x   <- (xi + mu1 A v + S^T W b) / (S^T W 1 + mu1)
///   w   <- max(v + rho / mu3, 0)
///   v   <- IDFT{ DFT[ (mu3 w - rho) + D^T(mu2 u - eta) + A^T(mu1 x - xi) ]
///                / (mu1 |H|^2 + mu2 L + mu3) }      with several unknowns the solve of `BankNormal`
///   xi  += mu1 (A v - x);   eta += mu2 (D v - u);   rho += mu3 (v - w)
///
/// S. Boyd et al., Foundations and Trends in Machine Learning 3, 1 (2011), section 3.1 (unscaled
/// duals).
///
/// Convention: order u, x, v, w, duals (v uses the last w) or u, x, w, v, duals. L is the periodic
///             spectrum also for an open difference, whose v update is therefore inexact.
/// Layout:     objects [batch, C K, p_y, p_x], images [batch, C J, p_y, p_x].
/// Precision:  dtype of the model.
/// Invariants: pure in the tensors of the state: a step makes new ones and changes none, so that
///             several steps can be differentiated together.
/// Tested by:  tests/solvers/admm_test.cpp (gradients), tests/golden/admm_golden_test.cpp.
class AdmmDirectState : public AdmmState {
 public:
  AdmmPenalties penalties;
  std::optional<BankNormal> normal;
  at::Tensor laplacian;  ///< L, [p_y, p_x / 2 + 1]; undefined without a u split.
  at::Tensor v, a_v;     ///< Object and A v on the padded grid.
  Differences u, eta;
  at::Tensor w, rho, xi;
  at::Tensor v_old, a_v_old;  ///< One iteration ago.

  [[nodiscard]] std::vector<at::Tensor*> variables() override;
  [[nodiscard]] at::Tensor object() const override { return v; }
  [[nodiscard]] at::Tensor image() const override { return setup.crop(a_v); }
  [[nodiscard]] at::Tensor image_of(const at::Tensor& window) const override;
  [[nodiscard]] AdmmSums sums() const override;
  [[nodiscard]] std::vector<double> relative_change() const override;
};

[[nodiscard]] std::unique_ptr<AdmmDirectState> admm_direct_init(AdmmSetup setup,
                                                                const Admm::Params& params);
void admm_direct_step(AdmmDirectState& state, AdmmOrder order);

/// Soft threshold of both components, or of the modulus of the gradient.
[[nodiscard]] Differences shrink(const Differences& z, const at::Tensor& threshold, TvKind kind);

}  // namespace parfocal::solvers
