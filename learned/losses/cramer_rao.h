// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// The least variance with which any unbiased method can find where a point is.
///
///   F_ab = sum_i d_a mu_i d_b mu_i w(mu_i),   value = mean [ (F^-1)_yy + (F^-1)_xx ]
///
/// for mu = photons h_k + background of each condition k, each number of photons and each background;
/// w is the Fisher weight of the detector.
///
/// S. M. Kay, Fundamentals of Statistical Signal Processing: Estimation Theory (1993), eq. 3.21;
/// R. J. Ober, S. Ram, E. S. Ward, Biophys. J. 86, 1185 (2004).
/// Convention: unknown are the place (y, x) and, as `unknown` says, photons and background, which
///             cost information without being asked for. The score is the root of half the value:
///             the standard deviation along one axis.
/// Units:      pixels squared; photons at the sensor's entrance, background in photons per pixel.
/// Precision:  F is scaled to a unit diagonal; 1e-12 of it is added; Cholesky in float64.
/// Errors:     UsageError for a model without transfer functions on the sensor's own grid.
/// Tested by:  tests/learned/losses/decoder_free_test.cpp (bound of a Gaussian spot, direct sums),
///             conformance.
class CramerRao final : public Loss {
 public:
  enum class Unknown { kPosition, kPhotons, kBackground };
  struct Params {
    std::vector<Photons> photons{Photons::from_si(1000.0)};
    std::vector<Photons> background{Photons::from_si(10.0)};
    Unknown unknown = Unknown::kBackground;
  };
  static void describe(Schema<Params>& s);

  explicit CramerRao(const Params& params) : params_(params) {}
  CramerRao(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] bool needs_estimate() const override { return false; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;
  [[nodiscard]] double score(double value) const override;
  [[nodiscard]] std::string score_unit() const override { return "px"; }
  [[nodiscard]] at::Tensor condition_scores(const Trial& trial) const override;

 private:
  [[nodiscard]] at::Tensor variances(const Trial& trial) const;

  Params params_;
};

}  // namespace parfocal::learned
