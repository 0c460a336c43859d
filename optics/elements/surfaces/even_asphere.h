// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A rotationally symmetric polynomial surface.
///
///   phase(r) = sum_j a_j (r / R)^(2 j)         j = 1, 2, ...,  R = diameter / 2
///
/// ISO 10110-12 (aspheric terms of even power), with the phase in place of the sag.
/// Convention: a_1 is the first coefficient; beyond R the surface keeps its rim. Without a diameter
///             it is the shorter side of the field.
/// Layout:     leaf [terms].
/// Units:      leaf `coefficients` in rad at the design wavelength.
/// Precision:  float64.
/// Tested by:  tests/optics/elements/surfaces/shapes_test.cpp.
class EvenAsphere final : public Surface {
 public:
  struct Params {
    std::vector<Angle> coefficients;
    std::optional<Length> diameter;
  };
  static void describe(Schema<Params>& s);

  EvenAsphere(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;
  [[nodiscard]] bool is_smooth() const override { return true; }

 private:
  std::optional<Length> diameter_;
  Trainable coefficients_;
};

}  // namespace parfocal::optics
