// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/losses/loss.h"
#include "solvers/object_spectrum.h"

namespace parfocal::learned {

/// Error of the best linear decoder that all conditions share, in closed form: an optic can be
/// designed without data and without a network.
///
///   value = 10 log10 mean_f [ S - S^2 |m1|^2 / (S m2 + s^2) ],   score = -value
///
/// with S, m1, m2 of `WienerFilter` and s^2 the variance of the detector at the mean object.
///
/// N. Wiener, Extrapolation, Interpolation, and Smoothing of Stationary Time Series (1949), ch. 3.
/// Convention: peak 1, so the score is a PSNR; exact for Gaussian objects and white noise on a
///             periodic grid. s^2 does not follow the light that the optics take away.
/// Units:      dB.
/// Invariants: exact gradients for every leaf of the model.
/// Errors:     UsageError for a model without transfer functions on the sensor's own grid.
/// Tested by:  tests/learned/losses/wiener_error_test.cpp (published scores, dense least squares).
class WienerError final : public Loss {
 public:
  struct Params {
    ObjectSpectrum object;
  };
  static void describe(Schema<Params>& s);

  explicit WienerError(const Params& params) : params_(params) {}
  WienerError(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] bool needs_estimate() const override { return false; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;
  [[nodiscard]] double score(double value) const override { return -value; }
  [[nodiscard]] std::string score_unit() const override { return "dB"; }
  [[nodiscard]] bool higher_is_better() const override { return true; }
  [[nodiscard]] at::Tensor condition_scores(const Trial& trial) const override;

 private:
  Params params_;
};

}  // namespace parfocal::learned
