// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/operators/component.h"
#include "solvers/proximal/least_squares.h"

namespace parfocal::solvers {

/// Plug-and-play alternating direction method of multipliers, for any prior with a prox.
///
///   x = argmin 1/2 (A x - b)^T W (A x - b) + mu/2 |x - (z - u)|^2,   mu = lambda / sigma^2
///   z = prox_{sigma^2 R}(x + u),   which for a denoiser is D(x + u, sigma);   u <- u + x - z
///
/// S. V. Venkatakrishnan, C. A. Bouman, B. Wohlberg, GlobalSIP (2013); S. Boyd et al., Found.
/// Trends Mach. Learn. 3, 1 (2011), section 3.1.1 (scaled form).
///
/// Convention: u starts at 0 and z as `start` says. It stops where
///             max(|x - z|, |z - z_old|) <= tolerance |x|.
/// Layout:     [batch, channel, n_y, n_x] out, the last z; the unknown on the model's domain.
/// Units:      sigma in the unit of the object.
/// Precision:  dtype of the model; the data step is that of `DataProx`.
/// Invariants: for a convex R the limit minimizes 1/2 |A x - b|^2_W + lambda R, whatever sigma.
/// Errors:     UsageError for a model without adjoint, or priors without a joint prox; NumericError
///             as of `conjugate_gradient`.
/// Tested by:  tests/solvers/pnp_test.cpp (closed form, minimum of FISTA).
class PnpAdmm final : public Solver {
 public:
  struct Params {
    std::int64_t iterations = 100;
    double sigma = 0.0;
    double lambda = 0.23;
    Start start = Start::kMeasurement;
    double tolerance = 1e-4;
    double cg_tolerance = 1e-4;
    std::int64_t cg_iterations = 1000;
  };
  static void describe(Schema<Params>& s);

  explicit PnpAdmm(const Params& params) : params_(params) {}
  PnpAdmm(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] std::unique_ptr<SolverState> init(const Problem& problem) const override;
  void step(const Problem& problem, SolverState& state) const override;
  [[nodiscard]] at::Tensor estimate(const Problem& problem,
                                    const SolverState& state) const override;
  [[nodiscard]] Monitor monitor(const Problem& problem, const SolverState& state) const override;
  /// max(|x - z|, |z - z_old|) / |x|
  [[nodiscard]] std::vector<double> relative_change(const SolverState& state) const override;
  [[nodiscard]] std::int64_t iterations() const override { return params_.iterations; }
  [[nodiscard]] double tolerance() const override { return params_.tolerance; }
  [[nodiscard]] double bytes_per_unknown() const override { return 90.0; }

 private:
  Params params_;
};

}  // namespace parfocal::solvers
