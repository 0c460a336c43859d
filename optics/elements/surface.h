// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "optics/elements/mask_map.h"

namespace parfocal::optics {

/// The height map that a phase mask starts from: measured (sampled) or a formula.
///
/// Convention: height is the thickness of the mask's material above its base plane.
/// Tested by:  tests/optics/elements.
class Surface {
 public:
  static constexpr std::string_view kKind = "surface";

  virtual ~Surface() = default;
  /// The samples of a measured surface; absent for a formula. `index_step` is the refractive index
  /// of the mask minus that around it.
  [[nodiscard]] virtual std::optional<SampledMap> sampled(double index_step) const;
  /// Height in m on `grid`, float64 on the CPU; only where `sampled` is absent.
  [[nodiscard]] virtual at::Tensor height_m(const Grid& grid, double index_step) const;
  /// Whether neighbouring samples must differ by less than half a wave.
  [[nodiscard]] virtual bool is_smooth() const { return false; }
};

}  // namespace parfocal::optics
