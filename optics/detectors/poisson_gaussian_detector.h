// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/operators/component.h"
#include "core/operators/likelihood.h"

namespace parfocal::optics {

/// A scientific camera: photons -> electrons -> read noise -> counts.
///
///   n = min(Poisson(qe m + dark), full_well)
///   y = clip( floor( K (n + N(0, s)) + offset + 1/2 ), 0, 2^bits - 1 )
///   E y = K lam + offset,   V = var y = K^2 (lam + s^2) + 1/12,   lam = qe m + dark
///   nll = sum 1/2 (y - E y)^2 / V + 1/2 log(2 pi V)
///
/// The likelihood is the normal one with the true mean and variance of y at each m (A. Foi et al.,
/// IEEE Trans. Image Process. 17, 1737 (2008)). The exact one, a sum over all electron numbers per
/// pixel, costs 100 times more; with the true two moments the mean score is 0 at every light level,
/// so estimates stay unbiased to first order even where the normal shape does not hold.
///
/// Convention: saturated pixels (full well, top code) are left out: weight 0, nothing added.
/// Units:      mean in photons, counts in ADU, gain K in ADU per electron.
/// Invariants: variance of the score = Fisher weight qe^2 / (lam + s^2 + 1 / (12 K^2)) up to
///             O(1/lam) (the share of log V in it is left out: of a Poisson mean it tells nothing
///             new); dead (not finite) pixels have weight 0 and add nothing.
/// Tested by:  tests/optics/detectors/poisson_gaussian_detector_test.cpp (photon transfer, score).
class PoissonGaussianDetector final : public Likelihood {
 public:
  struct Params {
    double quantum_efficiency = 1.0;
    Electrons dark;
    Electrons read_noise;
    double gain = 1.0;  ///< ADU per electron.
    Counts offset;
    std::int64_t bits = 16;
    std::optional<Electrons> full_well;
  };
  static void describe(Schema<Params>& s);

  PoissonGaussianDetector(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor sample(const at::Tensor& mean, RandomStream& random) const override;
  [[nodiscard]] at::Tensor negative_log_likelihood(const at::Tensor& mean,
                                                   const at::Tensor& counts) const override;
  [[nodiscard]] at::Tensor gradient(const at::Tensor& mean,
                                    const at::Tensor& counts) const override;
  [[nodiscard]] at::Tensor fisher_weight(const at::Tensor& mean) const override;
  /// Weight qe^2 / (max(electrons, 1) + s^2 + 1 / (12 K^2)) at the counts.
  [[nodiscard]] Quadratic quadratic(const at::Tensor& counts) const override;

 private:
  /// K^2 (lam + s^2) + 1/12, lam below 0 counting as 0.
  [[nodiscard]] at::Tensor variance(const at::Tensor& electrons) const;
  [[nodiscard]] at::Tensor valid(const at::Tensor& counts) const;

  Params params_;
  double top_code_;
  double saturated_from_;  // ADU
};

}  // namespace parfocal::optics
