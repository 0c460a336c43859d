// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <memory>
#include <string_view>
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

/// Emitters of one photon in the middle of their windows, at `planes` depths that divide the range of
/// z evenly (one emitter where there is no z), [emitter, parameter], float64.
/// Tested by: tests/forward_models/pupil_emitters_test.cpp.
[[nodiscard]] at::Tensor emitters_over_depth(const PointEmitters& emitters, std::int64_t planes);

/// Which parameter has this name; -1 where none has.
[[nodiscard]] std::int64_t parameter_index(const PointEmitters& emitters, std::string_view name);

}  // namespace parfocal
