// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <numbers>

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/elements/surfaces/grating_ruling.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A surface of two heights: a binary grating.
///
///   phase = depth where mod(c, 1) < fill, else 0,   c = (x cos(angle) + y sin(angle) - shift) / period
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), section 4.4.
/// Convention: Decided at the centre of each sample.
/// Units:      leaf `depth` in rad (at the design wavelength).
/// Precision:  float64.
/// Invariants: half filled, order m != 0 has the efficiency sin^2(depth / 2) (2 / pi m)^2 for odd
///             m, else 0. Period, angle, shift and fill move hard edges between samples, which has
///             no derivative: they cannot be trained.
/// Errors:     SamplingError where a period has fewer than two samples.
/// Tested by:  tests/optics/elements/surfaces/grating_test.cpp (orders against closed forms).
class BinaryGrating final : public Surface {
 public:
  struct Params : GratingRuling::Params {
    Angle depth = Angle::from_rad(std::numbers::pi);
    double fill = 0.5;
  };
  static void describe(Schema<Params>& s);

  BinaryGrating(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;

 private:
  GratingRuling ruling_;
  Trainable depth_;
  double fill_;
};

}  // namespace parfocal::optics
