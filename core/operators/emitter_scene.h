// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/operators/table.h"

namespace parfocal {

/// Capability of a scene: its objects are point emitters in the frames of a movie.
///
/// Layout:     columns frame, x, y (px), z (m, where the scene has a depth), photons ("photon", in
///             that frame), molecule (from 0); by frame, then by molecule.
/// Convention: x to the right, y down, 0 at the centre of the first pixel of a frame.
/// Invariants: the same emitters whatever range is asked for.
/// Tested by:  tests/datasets/emitter_scene_test.cpp.
class EmitterScene {
 public:
  virtual ~EmitterScene() = default;
  [[nodiscard]] virtual std::int64_t frames() const = 0;
  [[nodiscard]] virtual std::array<std::int64_t, 2> frame_size() const = 0;  ///< Pixels [y, x].
  /// From where to where, if emitters have a depth.
  [[nodiscard]] virtual std::optional<std::array<double, 2>> depth_m() const = 0;
  /// Photons per pixel and frame.
  [[nodiscard]] virtual double background() const = 0;
  /// Emitters of frames [begin, end).
  [[nodiscard]] virtual Table emitters(std::int64_t begin, std::int64_t end) const = 0;
};

}  // namespace parfocal
