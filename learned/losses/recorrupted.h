// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// One exposure made into two with independent noise: the decoder sees one and predicts the other.
///
///   Gaussian  y1 = y + sqrt(alpha / (1 - alpha)) w,  w ~ N(0, s^2)
///   Poisson   y1 = (y - g w) / (1 - alpha),          w ~ Binomial(y / g, alpha)
///   y2 = (y - (1 - alpha) y1) / alpha,   value = mean (A S(y1) - y2)^2
///
/// The mean over noise is that of (A S(y1) - u)^2 plus s^2 / alpha (Gaussian) or g u / alpha.
///
/// T. Pang, H. Zheng, Y. Quan, H. Ji, Recorrupted-to-Recorrupted, Proc. CVPR (2021); B. Monroy,
/// J. Bacca, J. Tachella, Generalized Recorrupted-to-Recorrupted, Proc. CVPR (2025).
/// Convention: the noise is that of the detector: one with shot noise alone or with noise of
///             constant variance alone.
/// Units:      object values squared.
/// Invariants: the draws of a sample depend on the run seed and the sample only.
/// Errors:     UsageError for a detector with both kinds of noise, for an image that is not made of
///             whole photons, and for a trial without a measured image.
/// Tested by:  tests/learned/losses/self_supervised_test.cpp (excess over the supervised error,
///             covariance of y1 and y2), conformance.
class Recorrupted final : public Loss {
 public:
  struct Params {
    double alpha = 0.15;
    std::int64_t draws = 1;
  };
  static void describe(Schema<Params>& s);

  explicit Recorrupted(const Params& params) : params_(params) {}
  Recorrupted(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] bool needs_estimate() const override { return true; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;

  struct Pair {
    at::Tensor seen, target;  ///< y1, y2
  };
  /// The pair of draw number `draw`.
  [[nodiscard]] Pair split(const Trial& trial, std::int64_t draw) const;

 private:
  Params params_;
};

}  // namespace parfocal::learned
