// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "core/operators/likelihood.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// An ideal photon counter.
///
///   y ~ Poisson(lam),  lam = qe m + dark;     nll = sum lam - y log lam + log y!
///
/// Convention: below lam = 1e-3 the tangent continues nll, so that it stays finite, convex and
///             differentiable for means of 0 and below.
/// Units:      mean in photons, counts in electrons; leaves `quantum_efficiency` in 1, `dark` in
///             e-.
/// Invariants: mean score 0 and variance of the score = Fisher weight qe^2 / lam at every lam >=
///             1e-3; a pixel that is not finite has weight 0 and adds nothing.
/// Tested by:  tests/optics/detectors/poisson_detector_test.cpp.
class PoissonDetector final : public Likelihood {
 public:
  struct Params {
    double quantum_efficiency = 1.0;
    Electrons dark;
  };
  static void describe(Schema<Params>& s);

  PoissonDetector(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor sample(const at::Tensor& mean, RandomStream& random) const override;
  [[nodiscard]] at::Tensor negative_log_likelihood(const at::Tensor& mean,
                                                   const at::Tensor& counts) const override;
  [[nodiscard]] at::Tensor gradient(const at::Tensor& mean,
                                    const at::Tensor& counts) const override;
  [[nodiscard]] at::Tensor fisher_weight(const at::Tensor& mean) const override;
  /// Weight qe^2 / max(y, 1) at the counts.
  [[nodiscard]] Quadratic quadratic(const at::Tensor& counts) const override;

 private:
  [[nodiscard]] at::Tensor electrons(const at::Tensor& mean) const;

  Trainable quantum_efficiency_, dark_;
};

}  // namespace parfocal::optics
