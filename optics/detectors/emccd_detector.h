// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <mutex>
#include <string>

#include "core/operators/component.h"
#include "core/operators/likelihood.h"
#include "optics/detectors/electron_multiplication.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// An electron-multiplying CCD.
///
///   n ~ Poisson(nu),  nu = qe m + dark;   u ~ Gamma(shape n, scale em_gain)
///   y = clip(floor(gain (u + N(0, read_noise)) + offset + 1/2), 0, 2^bits - 1)
///   nll = -sum log( p(z | nu) / gain ),   z = (y - offset) / gain
///
/// p is the exact density of `ElectronMultiplication` with the rounding as more read noise,
/// s^2 = read_noise^2 + 1 / (12 gain^2). The register makes the noise of the light sqrt(2) times
/// larger, most of which a likelihood of the right shape wins back below some electrons.
///
/// Convention: below nu = 1e-3 the tangent continues nll, so that it stays finite and
///             differentiable for means of 0 and below. Top codes are left out: weight 0.
/// Units:      mean in photons, counts in ADU; leaves `quantum_efficiency` and `em_gain` in 1,
///             `dark` and `read_noise` (behind the register) in e-, `gain` in ADU/e-, `offset` in
///             ADU.
/// Precision:  the Fisher weight from a table over nu, 1e-4 relative; from nu = 1e4 on
///             1 / (2 nu + (s / em_gain)^2). It is differentiable in the mean alone.
/// Invariants: variance of the score = Fisher weight at every light level; a pixel that is not
///             finite has weight 0 and adds nothing.
/// Errors:     ConfigError for a read noise above em_gain: such a register is of no use.
/// Tested by:  tests/optics/detectors/emccd_detector_test.cpp.
class EmccdDetector final : public Likelihood {
 public:
  struct Params {
    double quantum_efficiency = 1.0;
    Electrons dark;
    double em_gain = 300.0;
    Electrons read_noise;
    double gain = 1.0;  ///< ADU per electron behind the register.
    Counts offset;
    std::int64_t bits = 16;
  };
  static void describe(Schema<Params>& s);

  EmccdDetector(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor sample(const at::Tensor& mean, RandomStream& random) const override;
  [[nodiscard]] at::Tensor negative_log_likelihood(const at::Tensor& mean,
                                                   const at::Tensor& counts) const override;
  [[nodiscard]] at::Tensor gradient(const at::Tensor& mean,
                                    const at::Tensor& counts) const override;
  [[nodiscard]] at::Tensor fisher_weight(const at::Tensor& mean) const override;
  /// Target (z / em_gain - dark) / qe, weight the Fisher weight of max(z / em_gain, 1) electrons.
  [[nodiscard]] Quadratic quadratic(const at::Tensor& counts) const override;

 private:
  [[nodiscard]] at::Tensor electrons(const at::Tensor& mean) const;
  /// (y - offset) / gain, 0 for dead pixels.
  [[nodiscard]] at::Tensor behind_register(const at::Tensor& counts) const;
  [[nodiscard]] ElectronMultiplication register_and_read() const;
  [[nodiscard]] at::Tensor valid(const at::Tensor& counts) const;
  /// Fisher information about nu.
  [[nodiscard]] at::Tensor information(const at::Tensor& nu) const;
  /// nu times the information on an even grid of log nu, for the present gain and read noise.
  [[nodiscard]] at::Tensor table() const;

  Trainable quantum_efficiency_, dark_, em_gain_, read_noise_, gain_, offset_;
  double top_code_;
  mutable std::mutex mutex_;
  mutable double tabulated_ratio_ = -1.0;  // s / em_gain, all that the table depends on.
  mutable at::Tensor table_;
};

}  // namespace parfocal::optics
