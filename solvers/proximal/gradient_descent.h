// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/operators/component.h"
#include "solvers/proximal/least_squares.h"

namespace parfocal::solvers {

/// Projected gradient descent, plain or with Nesterov's momentum.
///
///   plain:     v <- max(v - a A^T W (A v - b), 0)
///   nesterov:  p' = m p - a A^T W (A v - b);  v <- max(v - m p + (1 + m) p', 0)
///
/// Y. Nesterov, Soviet Math. Doklady 27, 372 (1983); in the form of LenslessPiCam (m = 0.9, p = 0).
///
/// Convention: a = step_factor / L, L = norm_bound^2 max W and the curvature bounds of the priors;
///             of each item where the problem is differentiable. The clip follows the prior
///             non_negative. Variants: tutorial (DiffuserCam-Tutorial GD.py: step_factor 2, start
///             psf_midrange), picam (1.8, the same start), picam_nesterov.
/// Layout:     [batch, channel, n_y, n_x] out; the unknown on the model's domain.
/// Precision:  dtype of the model.
/// Errors:     UsageError for a model without adjoint or norm bound, or a prior without gradient.
/// Tested by:  tests/solvers/fista_test.cpp, tests/golden/gradient_golden_test.cpp.
class GradientDescent : public Solver {
 public:
  struct Params {
    std::string variant = "standard";
    std::int64_t iterations = 100;
    double step_factor = 1.0;
    double momentum = 0.0;
    Start start = Start::kZero;
    double tolerance = 0.0;
  };
  static void describe(Schema<Params>& s);

  explicit GradientDescent(const Params& params) : params_(params) {}
  GradientDescent(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] std::unique_ptr<SolverState> init(const Problem& problem) const override;
  void step(const Problem& problem, SolverState& state) const override;
  [[nodiscard]] at::Tensor estimate(const Problem& problem,
                                    const SolverState& state) const override;
  [[nodiscard]] Monitor monitor(const Problem& problem, const SolverState& state) const override;
  [[nodiscard]] std::vector<double> relative_change(const SolverState& state) const override;
  [[nodiscard]] std::int64_t iterations() const override { return params_.iterations; }
  [[nodiscard]] double tolerance() const override { return params_.tolerance; }
  /// step_factor, a momentum that is not 0, and with smooth priors the factor prior_weight.
  [[nodiscard]] std::vector<LearnableScalar> learnable(
      const std::vector<std::shared_ptr<const Prior>>& priors) const override;
  [[nodiscard]] double bytes_per_unknown() const override { return 60.0; }

 private:
  Params params_;
};

}  // namespace parfocal::solvers
