// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "core/operators/component.h"
#include "solvers/data_term.h"
#include "solvers/solver.h"

namespace parfocal::solvers {

/// What stands outside the sensor window when a convolution is inverted in one go.
enum class Edge {
  kZero,
  kReplicate,  ///< The nearest pixel of the window.
  kTaper,      ///< The same, times a raised cosine that reaches 0 at the rim of the padded grid.
};

/// Tikhonov (Wiener) inversion of a convolution in closed form.
///
///   sum_l ( sum_j conj(H_jk) H_jl + delta_kl G_k / w ) DFT v_l = sum_j conj(H_jk) DFT(E b_j)
///
/// at every frequency, E the extension of the images b beyond the window; for one image and one
/// unknown v = IDFT( conj(H) . DFT(E b) / (|H|^2 + G / w) ).
///
/// A. N. Tikhonov, Soviet Math. Doklady 4, 1035 (1963); with a constant noise-to-signal ratio it is
/// the filter of N. Wiener (1949).
///
/// Where pixels have weights of their own, or the model has no transfer functions, the minimiser of
/// 1/2 |A v - b|^2_W + 1/2 sum_k G_k |v_k|^2 itself: in closed form at every point of a mixture whose
/// points stand alone, else by conjugate gradients.
///
/// Convention: with edge: zero this is the minimiser of 1/2 w |A v - S^T b|^2 + 1/2 G |v|^2 on the
///             padded grid, w the common weight of the pixels; G: one for all unknowns of a channel
///             or one for each. The cut at the rim dominates the
///             error, so replicate is the default. With the prior non_negative the result is
///             clipped, which is not the constrained minimiser.
/// Layout:     [batch, C K, n_y, n_x] out, see `TransferFunctions`.
/// Units:      weight G in units of |H|^2 w.
/// Precision:  dtype of the model.
/// Errors:     UsageError for a model without adjoint, unequal pixel weights beside an extension of
///             the images, another number of weights than unknowns, or another prior; NumericError as
///             of `conjugate_gradient`.
/// Tested by:  tests/solvers/tikhonov_test.cpp (dense solve, one and two unknowns),
///             tests/solvers/mixing_test.cpp (dense solve, weights).
class Tikhonov : public Solver {
 public:
  struct Params {
    std::vector<double> weight{1e-3};
    Edge edge = Edge::kReplicate;
    double cg_tolerance = 1e-5;
    std::int64_t cg_iterations = 1000;
  };
  static void describe(Schema<Params>& s);

  explicit Tikhonov(const Params& params) : params_(params) {}
  Tikhonov(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] std::unique_ptr<SolverState> init(const Problem& problem) const override;
  void step(const Problem& problem, SolverState& state) const override;
  [[nodiscard]] at::Tensor estimate(const Problem& problem,
                                    const SolverState& state) const override;
  [[nodiscard]] Monitor monitor(const Problem& problem, const SolverState& state) const override;
  [[nodiscard]] std::vector<double> relative_change(const SolverState& state) const override;
  [[nodiscard]] std::int64_t iterations() const override { return 1; }
  [[nodiscard]] double bytes_per_unknown() const override { return 40.0; }

 private:
  /// G of each of `unknowns` unknowns.
  [[nodiscard]] std::vector<double> weights(std::int64_t unknowns) const;
  [[nodiscard]] at::Tensor filter(const at::Tensor& transfer, double pixel_weight) const;
  [[nodiscard]] at::Tensor minimizer(const Problem& problem, const SolverState& state) const;

  Params params_;
};

}  // namespace parfocal::solvers
