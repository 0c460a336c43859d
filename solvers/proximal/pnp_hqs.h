// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/operators/component.h"
#include "solvers/proximal/least_squares.h"

namespace parfocal::solvers {

/// Plug-and-play half-quadratic splitting with an annealed noise level.
///
///   x_k = argmin 1/2 (A x - b)^T W (A x - b) + mu_k/2 |x - z_{k-1}|^2,   mu_k = lambda_k / s_k^2
///   z_k = prox_{s_k^2 R}(x_k),   which for a denoiser is D(x_k, s_k)
///
///   s_k = s_1 (s_K / s_1)^(((k - 1) / (K - 1))^shape),   or as `sigmas` lists them
///   lambda_k evenly spaced in the logarithm from lambda to lambda_end
///
/// K. Zhang, Y. Li, W. Zuo, L. Zhang, L. Van Gool, R. Timofte, IEEE Trans. Pattern Anal. Mach.
/// Intell. 44, 6360 (2022) (DPIR), eqs. 6 and 9; with W = 1 / sigma_n^2 their alpha_k is mu_k / W.
///
/// Convention: s_K = end_factor sigma_n, sigma_n the root of the mean variance of the pixels that
///             count, per item; or `sigma_end`. DPIR floors sigma_n at 1/1000 of the range; here it
///             is what the detector says. With `x8`, iteration k = 0, 1, ... shows the prior the
///             image turned by element k mod 8 of `dihedral`. Any prior with a prox can be used:
///             with a fixed s this is the penalty method for 1/2 |A x - b|^2_W + lambda R.
///             The variant `tuned` was found by hand for dncnn17N of scico-data at sigma_n =
///             2.55/255, on ten cut-outs of 128 x 128 pixels from the five larger images of Set12.
/// Layout:     [batch, channel, n_y, n_x] out, the last z; the unknown on the model's domain.
/// Units:      sigmas in the unit of the object, which is that of the measurement where the sum of
///             the PSF is 1.
/// Precision:  dtype of the model; the data step is that of `DataProx`.
/// Errors:     UsageError for a model without adjoint, priors without a joint prox, or a first
///             noise level below the last; NumericError as of `conjugate_gradient`.
/// Tested by:  tests/solvers/pnp_test.cpp, tests/learned/priors/deblurring_long_test.cpp (published
///             means).
class PnpHqs final : public Solver {
 public:
  struct Params {
    std::string variant = "dpir";
    std::int64_t iterations = 8;
    double sigma_start = 49.0 / 255.0;
    std::optional<double> sigma_end;
    double end_factor = 1.0;
    double shape = 1.0;
    std::optional<std::vector<double>> sigmas;
    double lambda = 0.23;
    std::optional<double> lambda_end;
    bool x8 = true;
    Start start = Start::kMeasurement;
    double cg_tolerance = 1e-4;
    std::int64_t cg_iterations = 1000;
  };
  static void describe(Schema<Params>& s);
  /// The variant `tuned`.
  [[nodiscard]] static Params tuned();

  explicit PnpHqs(const Params& params) : params_(params) {}
  PnpHqs(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] std::unique_ptr<SolverState> init(const Problem& problem) const override;
  void step(const Problem& problem, SolverState& state) const override;
  [[nodiscard]] at::Tensor estimate(const Problem& problem,
                                    const SolverState& state) const override;
  [[nodiscard]] Monitor monitor(const Problem& problem, const SolverState& state) const override;
  [[nodiscard]] std::vector<double> relative_change(const SolverState& state) const override;
  [[nodiscard]] std::int64_t iterations() const override;
  [[nodiscard]] double bytes_per_unknown() const override { return 80.0; }

  /// s_1 ... s_K of an item with this noise level. \throws UsageError
  [[nodiscard]] std::vector<double> schedule(double noise_level) const;
  /// lambda of iteration k = 0, 1, ...
  [[nodiscard]] double lambda_at(std::int64_t k) const;

 private:
  /// From 0 to 1 over the iterations; 1 where there is one.
  [[nodiscard]] double progress(std::int64_t k) const;

  Params params_;
};

}  // namespace parfocal::solvers
