// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// The paraxial lens as a surface:
///
///   height = -r^2 / (2 f index_step),    phase = -pi r^2 / (wavelength f)
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 5-10.
/// Convention: f > 0 converges; heights count from the vertex, so they are <= 0.
/// Units:      leaf `focal_length` in mm.
/// Precision:  float64.
/// Tested by:  tests/optics/elements/surfaces/parabolic_lens_test.cpp (energy in the Airy spot).
class ParabolicLens final : public Surface {
 public:
  struct Params {
    Length focal_length;
  };
  static void describe(Schema<Params>& s);

  ParabolicLens(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;
  [[nodiscard]] Basis basis() const override { return Basis::kIndexStep; }
  [[nodiscard]] bool is_smooth() const override { return true; }

 private:
  Trainable focal_length_;
};

}  // namespace parfocal::optics
