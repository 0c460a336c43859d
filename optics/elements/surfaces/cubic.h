// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// The cubic surface of extended depth of field.
///
///   phase = strength (X^3 + Y^3)              X, Y = x, y in half diameters
///
/// E. R. Dowski and W. T. Cathey, Applied Optics 34, 1859 (1995), eq. 10.
/// Convention: without a diameter it is the shorter side of the field; not cut off beyond it.
/// Units:      leaf `strength` in rad at the design wavelength.
/// Precision:  float64.
/// Tested by:  tests/optics/elements/surfaces/shapes_test.cpp.
class Cubic final : public Surface {
 public:
  struct Params {
    Angle strength;
    std::optional<Length> diameter;
  };
  static void describe(Schema<Params>& s);

  Cubic(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;
  [[nodiscard]] bool is_smooth() const override { return true; }

 private:
  std::optional<Length> diameter_;
  Trainable strength_;
};

}  // namespace parfocal::optics
