// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/operators/component.h"
#include "core/operators/view.h"
#include "optics/optical_train.h"

namespace parfocal::optics {

/// The light behind the hardware along z: a cut through the axis in many planes.
///
///   carpet(z, x) = irradiance at (x, y = 0) at the distance z behind the last element
///
/// Convention: irradiance relative to a plane wave of amplitude 1; z downwards, x (or y) to the
///             right. `padding: 1` continues the plane periodically, as a grating is.
/// Layout:     field `carpet` [1, 1, planes, n], its y pitch the distance of two planes; curve
///             `axis`: irradiance on the axis over z.
/// Errors:     UsageError without a plane (`light`); SamplingError as `AngularSpectrumOperator`.
/// Tested by:  tests/optics/views/carpet_view_test.cpp (Talbot self-images).
class CarpetView final : public View {
 public:
  enum class Axis { kX, kY };
  struct Params {
    Length from;
    Length to;
    std::int64_t planes = 256;
    Axis axis = Axis::kX;
    std::int64_t padding = 2;
  };
  static void describe(Schema<Params>& s);

  CarpetView(const Params& params, const BuildContext& context);

  [[nodiscard]] Shown show() const override;

 private:
  [[nodiscard]] at::Tensor line(const std::vector<Wave>& waves, double z_m) const;

  Params params_;
  OpticalTrain train_;
};

}  // namespace parfocal::optics
