// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/elements/surfaces/free_height.h"

namespace parfocal::optics {

/// A rotationally symmetric surface of free heights along the radius.
///
///   height(r) = h_i + (p - i) (h_{i+1} - h_i)       p = (samples - 1) r / R,  i = floor(p)
///
/// Convention: the first height stands on the axis, the last one at R = diameter / 2 and beyond.
///             Without a diameter it is the shorter side of the field. `samples` starts flat, or at
///             half of height_max.
/// Layout:     leaf [samples].
/// Units:      leaf `height` in um; with height_max `height_logit`, without unit.
/// Precision:  float64.
/// Tested by:  tests/optics/elements/surfaces/shapes_test.cpp.
class RadialProfile final : public Surface {
 public:
  struct Params {
    std::optional<std::vector<Length>> heights;
    std::optional<std::int64_t> samples;
    std::optional<Length> diameter;
    std::optional<Length> height_max;
  };
  static void describe(Schema<Params>& s);

  RadialProfile(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;
  [[nodiscard]] Basis basis() const override { return Basis::kLength; }

 private:
  std::optional<Length> diameter_;
  FreeHeight height_;
};

}  // namespace parfocal::optics
