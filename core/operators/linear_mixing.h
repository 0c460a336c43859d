// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace parfocal {

/// Capability: at every point the channels of the measurement are a fixed linear mixture of the
/// channels of the object, y_j = sum_k M_jk c_k, before anything couples the points.
class LinearMixing {
 public:
  virtual ~LinearMixing() = default;
  /// M [J, K]; differentiable in the model's parameters.
  [[nodiscard]] virtual at::Tensor mixing() const = 0;
  /// Whether a point of the measurement depends on other points of the object.
  [[nodiscard]] virtual bool couples_points() const = 0;
  /// M of the same light at a detector that tells all its channels apart: what no choice of images
  /// can beat.
  [[nodiscard]] virtual at::Tensor full_mixing() const { return mixing(); }
  /// Names of the channels of the object.
  [[nodiscard]] virtual const std::vector<std::string>& species() const = 0;
  /// Raman shift of each channel of the measurement in 1/m; empty where channels are no spectrum.
  [[nodiscard]] virtual const std::vector<double>& shift_per_m() const = 0;
};

}  // namespace parfocal
