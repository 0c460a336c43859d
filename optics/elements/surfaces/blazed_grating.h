// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <numbers>

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/elements/surfaces/grating_ruling.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A sawtooth surface: a blazed grating.
///
///   phase = depth (c - floor(c)),   c = (x cos(angle) + y sin(angle) - shift) / period
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), problem 4-17.
/// Convention: Rises along the angle; its first order goes the same way.
/// Units:      leaves `period` and `shift` in um, `angle` and `depth` in rad (at the design
///             wavelength).
/// Precision:  float64.
/// Invariants: order m has the efficiency sinc^2(depth / 2 pi - m); differentiable in every leaf,
///             away from the steps.
/// Errors:     SamplingError where a period has fewer than two samples.
/// Tested by:  tests/optics/elements/surfaces/grating_test.cpp (orders against closed forms).
class BlazedGrating final : public Surface {
 public:
  struct Params : GratingRuling::Params {
    Angle depth = Angle::from_rad(2.0 * std::numbers::pi);
  };
  static void describe(Schema<Params>& s);

  BlazedGrating(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;

 private:
  GratingRuling ruling_;
  Trainable depth_;
};

}  // namespace parfocal::optics
