// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A diffractive lens: the paraxial lens folded into one wave of the design wavelength.
///
///   phase = mod(-pi r^2 / (design_wavelength f), 2 pi)           at the design wavelength
///
/// D. A. Buralli, G. M. Morris and J. R. Rogers, Applied Optics 28, 976 (1989), eq. 4.
/// Convention: f > 0 converges. The mask folds the height (`is_wrapped`); before that it is the
///             paraboloid, whose steps tell whether the outermost zone is sampled.
/// Units:      leaf `focal_length` in mm.
/// Precision:  float64.
/// Invariants: at another wavelength order m has the efficiency sinc^2(kappa - m), kappa the ratio
///             of the phases, and the focal length f design_wavelength / (m wavelength).
/// Tested by:  tests/optics/elements/surfaces/grating_test.cpp.
class FresnelLens final : public Surface {
 public:
  struct Params {
    Length focal_length;
  };
  static void describe(Schema<Params>& s);

  FresnelLens(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;
  [[nodiscard]] bool is_smooth() const override { return true; }
  [[nodiscard]] bool is_wrapped() const override { return true; }

 private:
  Trainable focal_length_;
};

}  // namespace parfocal::optics
