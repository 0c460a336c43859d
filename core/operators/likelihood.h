// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

#include "core/tensor/random.h"

namespace parfocal {

/// How an expected photon image becomes counts, and what counts say about the expected image.
/// Simulation, fitting, bounds and training all use this one object.
///
/// Layout:     mean [batch, channel, n_y, n_x]; counts of the same shape, or [batch, channel /
///             colors, n_y, n_x] behind a mosaic of color filters.
/// Units:      mean in photons per pixel, counts in ADU (a Gaussian detector: the data's own unit).
/// Tested by:  tests/optics/detectors (statistics of sample against the likelihood), conformance.
class Likelihood {
 public:
  static constexpr std::string_view kKind = "detector";

  virtual ~Likelihood() = default;
  /// Channels of the mean that share one channel of the counts.
  [[nodiscard]] virtual std::int64_t colors() const { return 1; }
  /// One draw; element i uses draw i of the stream.
  [[nodiscard]] virtual at::Tensor sample(const at::Tensor& mean, RandomStream& random) const = 0;
  /// Sum over pixels of -log p(counts | mean), per item of the batch [batch]; differentiable in
  /// mean.
  [[nodiscard]] virtual at::Tensor negative_log_likelihood(const at::Tensor& mean,
                                                           const at::Tensor& counts) const = 0;
  /// d nll / d mean, closed form.
  [[nodiscard]] virtual at::Tensor gradient(const at::Tensor& mean,
                                            const at::Tensor& counts) const = 0;
  /// Fisher information per pixel about the mean, E[(d nll / d mean)^2]; a likelihood that is an
  /// approximation says where it holds.
  [[nodiscard]] virtual at::Tensor fisher_weight(const at::Tensor& mean) const = 0;
  /// The quadratic data term 1/2 (m - target)^T W (m - target) that a least-squares solver uses:
  /// exact for a Gaussian detector, else the approximation at the measured counts. Saturated, dead
  /// and non-finite pixels have weight 0.
  struct Quadratic {
    at::Tensor target;  ///< Expected photons estimated from the counts.
    at::Tensor weight;  ///< Both of the shape of the mean; 1 everywhere for an unweighted Gaussian.
  };
  [[nodiscard]] virtual Quadratic quadratic(const at::Tensor& counts) const = 0;
};

}  // namespace parfocal
