// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// Error of the predicted image against a second exposure of the same object: noise of its own
/// cannot be learned.
///
///   value = mean (A S(y_a) - y_b)^2,   y_a, y_b independent exposures
///
/// The mean over the noise is mean (A S(y_a) - u)^2 plus the variance of y_b.
///
/// J. Lehtinen et al., Noise2Noise: learning image restoration without clean data, Proc. ICML (2018).
/// Convention: y_a is the measured image of the trial; y_b is Gaussian with the mean and variance
///             that the detector gives the same object: the mean of the value depends on no more.
/// Units:      object values squared.
/// Errors:     UsageError for a trial without a measured image, a model of volumes, and a detector
///             whose variance is not linear in the light.
/// Tested by:  tests/learned/losses/self_supervised_test.cpp, conformance.
class NoiseToNoise final : public Loss {
 public:
  struct Params {};
  static void describe(Schema<Params>& s);

  explicit NoiseToNoise(const Params&) {}
  NoiseToNoise(const Params&, const BuildContext&) {}

  [[nodiscard]] bool needs_estimate() const override { return true; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;
};

}  // namespace parfocal::learned
