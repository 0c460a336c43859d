// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "core/operators/constraint.h"

namespace parfocal::optics {

/// A mask that is mounted a little off: shifted, turned, magnified.
///
///   h'(r) = h(r'),   r' = R(-angle) (r - shift) / magnification
///   perturb:  shift_y, shift_x = shift e1, shift e2;  angle = rotation e3;
///             magnification = 1 + scale e4;   e ~ U(-1, 1) or N(0, 1)
///
/// Convention: a positive angle turns x towards y; about the origin of the grid. Bilinear between
///             samples; outside the map its edge pixels go on. The draws are symmetric about 0.
/// Units:      metres, radians.
/// Precision:  positions in float64.
/// Invariants: the zero displacement gives the map to rounding; a shift by whole pixels moves them;
///             planes stay planes; differentiable in heights and displacement.
/// Errors:     those of `check_heights`.
/// Tested by:  tests/optics/fabrication/misalignment_test.cpp.
class Misalignment final : public Constraint {
 public:
  enum class Distribution { kUniform, kNormal };
  struct Params {
    Length shift;
    Angle rotation;
    double magnification = 0.0;
    Distribution distribution = Distribution::kUniform;
  };
  static void describe(Schema<Params>& s);

  Misalignment(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor perturb(const at::Tensor& height, const Grid& grid,
                                   RandomStream& random) const override;
  /// Has no closed form: it depends on the map.
  [[nodiscard]] std::optional<Moments> moments(const at::Tensor& height,
                                               const Grid& grid) const override;
  /// [shift_y in m, shift_x in m, angle in rad, magnification], float64.
  [[nodiscard]] at::Tensor draw(RandomStream& random) const;

 private:
  Params params_;
};

/// The map after one displacement, laid out as by `Misalignment::draw`.
[[nodiscard]] at::Tensor displaced(const at::Tensor& height, const Grid& grid,
                                   const at::Tensor& displacement);

}  // namespace parfocal::optics
