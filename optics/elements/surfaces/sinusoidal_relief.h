// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <numbers>

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/elements/surfaces/grating_ruling.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A sinusoidal surface.
///
///   phase = depth (1 + cos(2 pi c)) / 2,   c = (x cos(angle) + y sin(angle) - shift) / period
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), section 4.4.4.
/// Convention: Highest on the axis where shift is 0; depth from valley to peak.
/// Units:      leaves `period` and `shift` in um, `angle` and `depth` in rad (at the design
///             wavelength).
/// Precision:  float64.
/// Invariants: order m has the efficiency J_m^2(depth / 2), J the Bessel function.
/// Errors:     SamplingError where a period has fewer than two samples.
/// Tested by:  tests/optics/elements/surfaces/grating_test.cpp (orders against closed forms).
class SinusoidalRelief final : public Surface {
 public:
  struct Params : GratingRuling::Params {
    Angle depth = Angle::from_rad(std::numbers::pi);
  };
  static void describe(Schema<Params>& s);

  SinusoidalRelief(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;
  [[nodiscard]] bool is_smooth() const override { return true; }

 private:
  GratingRuling ruling_;
  Trainable depth_;
};

}  // namespace parfocal::optics
