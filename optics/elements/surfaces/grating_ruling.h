// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "core/operators/component.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// The lines of a grating: how many periods a sample lies from a line through the axis.
///
///   cycles = (x cos(angle) + y sin(angle) - shift) / period
///
/// Convention: angle 0 varies along x, a quarter turn along y.
/// Units:      leaves `period` and `shift` in um, `angle` in rad, where the ruling is trained.
/// Precision:  float64.
/// Errors:     SamplingError where a period has fewer than two samples along an axis.
/// Tested by:  tests/optics/elements/surfaces/grating_test.cpp.
class GratingRuling {
 public:
  struct Params {
    Length period;
    Angle angle;
    Length shift;
  };

  /// Keys `period`, `angle` and `shift` of a grating whose Params start with those of the ruling.
  template <class P>
  static void describe(Schema<P>& s, bool trained) {
    auto period = s.key("period", static_cast<Length P::*>(&P::period));
    period.required().above(Length::from_m(0.0)).doc("Of the lines.");
    if (trained) period.trainable("um");
    auto angle = s.key("angle", static_cast<Angle P::*>(&P::angle));
    angle.doc("Direction across the lines, from x towards y.");
    if (trained) angle.trainable("rad");
    auto shift = s.key("shift", static_cast<Length P::*>(&P::shift));
    shift.doc("Of the lines from the axis, across them.");
    if (trained) shift.trainable("um");
  }

  /// The leaves hang in the tree where the profile is differentiable across the lines.
  GratingRuling(const Params& params, const BuildContext& context, bool trained);

  /// float64 [n_y, n_x].
  [[nodiscard]] at::Tensor cycles(const Grid& grid) const;

 private:
  std::string path_;
  Trainable period_;
  Trainable angle_;
  Trainable shift_;
};

}  // namespace parfocal::optics
