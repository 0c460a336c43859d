// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/operators/component.h"
#include "learned/losses/loss.h"
#include "solvers/object_spectrum.h"

namespace parfocal::learned {

/// Error of the best linear estimate of several unknowns from all images of an object together, in
/// closed form: sources and pupils can be designed without data and without a network.
///
///   E(f) = ( diag(1 / S_k) + sum_j conj(H_jk) H_jl / s_j^2 )^-1
///   error_k = mean_f E_kk,   value = 10 log10 mean_k ( error_k / variance_k ),   score = -value
///
/// H of `TransferFunctions`, S_k and variance_k of `unknowns`. s_j^2 is the variance of the detector
/// at the level of image j, relative to that level, where the model's images are relative
/// (`RelativeImages`); else the detector's variance at the mean of the first unknown.
///
/// N. Wiener, Extrapolation, Interpolation, and Smoothing of Stationary Time Series (1949), ch. 3;
/// with several images: S. M. Kay, Fundamentals of Statistical Signal Processing I (1993), sect. 12.5.
/// Convention: the photons of a trial are the light of all exposures together, per pixel; designs
///             that differ in brightness alone are equal. Exact for Gaussian objects and white noise
///             on a periodic grid, to first order in the object.
/// Units:      dB; variances in the unit of the unknown squared.
/// Invariants: exact gradients for every leaf of the model.
/// Errors:     UsageError for a model without transfer functions on the sensor's own grid, with
///             colors, or with other unknowns than are named.
/// Tested by:  tests/learned/losses/joint_wiener_error_test.cpp (dense covariance), conformance.
class JointWienerError final : public Loss {
 public:
  struct Params {
    std::vector<std::pair<std::string, ObjectSpectrum>> unknowns;
  };
  static void describe(Schema<Params>& s);

  explicit JointWienerError(const Params& params) : params_(params) {}
  JointWienerError(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] bool needs_estimate() const override { return false; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;
  [[nodiscard]] double score(double value) const override { return -value; }
  [[nodiscard]] std::string score_unit() const override { return "dB"; }
  [[nodiscard]] bool higher_is_better() const override { return true; }
  /// Of each unknown alone.
  [[nodiscard]] at::Tensor condition_scores(const Trial& trial) const override;

 private:
  /// error_k / variance_k, float64 [K].
  [[nodiscard]] at::Tensor relative_errors(const Trial& trial) const;

  Params params_;
};

}  // namespace parfocal::learned
