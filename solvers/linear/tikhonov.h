// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

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
///   v = IDFT( conj(Hh) . DFT(E b) / (|Hh|^2 + G / w) ),   E: extension of b beyond the window
///
/// A. N. Tikhonov, Soviet Math. Doklady 4, 1035 (1963); with a constant noise-to-signal ratio it is
/// the filter of N. Wiener (1949).
///
/// Convention: with edge: zero this is the minimiser of 1/2 w |A v - S^T b|^2 + 1/2 G |v|^2 on the
///             padded grid, w the common weight of the pixels. The cut at the rim dominates the
///             error, so replicate is the default. With the prior non_negative the result is
///             clipped, which is not the constrained minimiser.
/// Layout:     [batch, channel, n_y, n_x] out.
/// Units:      weight G in units of |Hh|^2 w.
/// Precision:  dtype of the model.
/// Errors:     UsageError for a model without transfer functions, unequal pixel weights, or another
///             prior.
/// Tested by:  tests/solvers/tikhonov_test.cpp (dense solve).
class Tikhonov : public Solver {
 public:
  struct Params {
    double weight = 1e-3;
    Edge edge = Edge::kReplicate;
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
  Params params_;
};

}  // namespace parfocal::solvers
