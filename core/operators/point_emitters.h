// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <memory>
#include <vector>

#include "core/operators/emitter_block.h"

namespace parfocal {

/// Capability: the object is a set of point emitters, each a row of numbers theta.
///
/// Layout:     theta [emitter, parameter]; images [emitter, n_y, n_x], derivatives
///             [emitter, parameter, n_y, n_x], in a window around each emitter.
/// Convention: x and y in pixels from the centre of the first pixel of the window, z in um.
/// Invariants: mean is differentiable; the block gives the same numbers to rounding.
/// Tested by:  tests/forward_models/gaussian_emitters_test.cpp.
class PointEmitters {
 public:
  struct Images {
    at::Tensor mean;         ///< Photons per pixel, background included.
    at::Tensor derivatives;  ///< Of the mean.
  };

  virtual ~PointEmitters() = default;
  /// What theta holds, with the limits of a fit.
  [[nodiscard]] virtual const std::vector<EmitterParameter>& parameters() const = 0;
  [[nodiscard]] virtual Images emitter_images(const at::Tensor& theta) const = 0;
  /// The same for fits, at the present values of the model's parameters; may take seconds.
  [[nodiscard]] virtual std::shared_ptr<const EmitterBlock> emitter_block() const = 0;
  /// Of the pixels in the sample, [y, x].
  [[nodiscard]] virtual std::array<double, 2> pitch_m() const = 0;
};

}  // namespace parfocal
