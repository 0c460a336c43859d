// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/elements/surfaces/free_height.h"

namespace parfocal::optics {

/// A surface whose every sample is free: height = leaf, or height_max sigmoid(leaf).
///
/// Convention: the samples are those of the field, or a grid of `size` and `pitch` around the axis,
///             bilinear in between and 0 outside. Starts flat plus normal noise of `start_rms`,
///             from the seed of the run; bounded, around half of height_max.
/// Layout:     leaf [n_y, n_x].
/// Units:      leaf `height` in um; with height_max `height_logit`, without unit.
/// Precision:  float64.
/// Errors:     UsageError where neither `size` and `pitch` nor a field are known.
/// Tested by:  tests/optics/elements/surfaces/shapes_test.cpp.
class PixelHeight final : public Surface {
 public:
  struct Params {
    std::optional<std::array<std::int64_t, 2>> size;
    std::optional<std::array<Length, 2>> pitch;
    Length start_rms;
    std::optional<Length> height_max;
  };
  static void describe(Schema<Params>& s);

  PixelHeight(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;
  [[nodiscard]] Basis basis() const override { return Basis::kLength; }

 private:
  std::string path_;
  Grid grid_;
  FreeHeight height_;
};

}  // namespace parfocal::optics
