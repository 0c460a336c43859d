// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/elements/surfaces/interpolation.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A smooth surface through a few control points.
///
///   phase(y, x) = sum_ab W(p_y - a) W(p_x - b) c_ab        p = (y / extent + 1/2) size - 1/2
///
/// R. G. Keys, IEEE Trans. Acoust. Speech Signal Process. 29, 1153 (1981) for the bicubic weights.
/// Convention: the extent is cut into size[0] x size[1] cells with a control point in the middle of
///             each, so none lies on a corner; the outermost ones are repeated towards the rim. The
///             extent is `diameter` on both axes, or that of the grid with its pixel edges. Starts
///             normal with `start_rms`, from the seed of the run.
/// Layout:     leaf [size_y, size_x].
/// Units:      leaf `phase` in rad at the design wavelength.
/// Precision:  float64.
/// Tested by:  tests/optics/elements/surfaces/shapes_test.cpp, interpolation_test.cpp.
class ControlGrid final : public Surface {
 public:
  struct Params {
    std::array<std::int64_t, 2> size{16, 16};
    Interpolation interpolation = Interpolation::kBilinear;
    std::optional<Length> diameter;
    Angle start_rms = Angle::from_rad(0.3);
  };
  static void describe(Schema<Params>& s);

  ControlGrid(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;
  [[nodiscard]] bool is_smooth() const override { return true; }
  [[nodiscard]] bool is_free_form() const override { return true; }

 private:
  Interpolation interpolation_;
  std::optional<Length> diameter_;
  Trainable phase_;
};

}  // namespace parfocal::optics
