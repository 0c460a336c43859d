// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/operators/component.h"
#include "solvers/proximal/least_squares.h"

namespace parfocal::solvers {

enum class StepRule { kNormBound, kBacktracking };
enum class FistaOutput { kIterate, kExtrapolated };

/// Fast iterative shrinkage-thresholding.
///
///   x' = prox_{a R}(y - a A^T W (A y - b));  t' = (1 + sqrt(1 + 4 t^2)) / 2
///   y' = x' + (t - 1) / t' (x' - x),  t starts at 1
///
/// A. Beck, M. Teboulle, SIAM J. Imaging Sci. 2, 183 (2009), eqs. 4.1 to 4.3; restart: B.
/// O'Donoghue, E. Candes, Found. Comput. Math. 15, 715 (2015), section 3.2.
///
/// Convention: a = step_factor / L, L = norm_bound^2 max W, or by backtracking from that (from 1
///             where the model has no bound). Variants: tutorial (step_factor 2, start
///             psf_midrange, output max(y, 0)), picam (1.8), both with scaling: orthonormal in the
///             model. restart: an iterate that raises the objective is rejected and the momentum
///             dropped; if the plain step raises it too, the step is halved. Without momentum
///             y' = x', the proximal gradient method, which with a denoiser is PnP-PGD.
/// Layout:     [batch, channel, n_y, n_x] out; the unknown on the model's domain. Steps, momentum
///             and restarts are per item.
/// Precision:  dtype of the model.
/// Invariants: step_factor <= 1: F(x_k) - F* <= 2 L |x_0 - x*|^2 / (k + 1)^2; with restart the
///             objective never increases.
/// Errors:     UsageError for a model without adjoint, priors without a joint prox, a step_factor
///             without a norm bound, or restart with a prior that has no value.
/// Tested by:  tests/solvers/fista_test.cpp, tests/golden/gradient_golden_test.cpp.
class Fista : public Solver {
 public:
  struct Params {
    std::string variant = "standard";
    std::int64_t iterations = 100;
    StepRule step = StepRule::kNormBound;
    double step_factor = 1.0;
    Start start = Start::kZero;
    bool momentum = true;
    bool restart = true;
    FistaOutput output = FistaOutput::kIterate;
    double tolerance = 0.0;
  };
  static void describe(Schema<Params>& s);

  explicit Fista(const Params& params) : params_(params) {}
  Fista(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] std::unique_ptr<SolverState> init(const Problem& problem) const override;
  void step(const Problem& problem, SolverState& state) const override;
  [[nodiscard]] at::Tensor estimate(const Problem& problem,
                                    const SolverState& state) const override;
  [[nodiscard]] Monitor monitor(const Problem& problem, const SolverState& state) const override;
  [[nodiscard]] std::vector<double> relative_change(const SolverState& state) const override;
  [[nodiscard]] std::int64_t iterations() const override { return params_.iterations; }
  [[nodiscard]] double tolerance() const override { return params_.tolerance; }
  /// step_factor, and momentum as a factor of (t - 1) / t'.
  [[nodiscard]] std::vector<LearnableScalar> learnable(
      const std::vector<std::shared_ptr<const Prior>>& priors) const override;
  [[nodiscard]] double bytes_per_unknown() const override { return 80.0; }

 private:
  void prepare_to_learn(const LinearOperator& model, SolverState& state) const;

  Params params_;
};

}  // namespace parfocal::solvers
