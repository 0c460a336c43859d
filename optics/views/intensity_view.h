// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/operators/component.h"
#include "core/operators/view.h"
#include "optics/optical_train.h"

namespace parfocal::optics {

/// The light in a plane of the hardware: irradiance, and the phase of its first wave.
///
/// Convention: irradiance relative to a plane wave of amplitude 1 before the first element.
/// Layout:     fields `irradiance` and, with `phase`, `phase` [1, 1, n_y, n_x]; curves `cut_x` and
///             `cut_y` through the axis as asked for.
/// Units:      phase in rad; `power`: share of the light in the plane before the first element.
/// Errors:     UsageError without a plane (`light`) and those of `OpticalTrain`.
/// Tested by:  tests/optics/views/intensity_view_test.cpp.
class IntensityView final : public View {
 public:
  enum class Cut { kNone, kX, kY, kBoth };
  struct Params {
    std::optional<std::string> after;
    Cut cut = Cut::kNone;
    bool phase = false;
  };
  static void describe(Schema<Params>& s);

  IntensityView(const Params& params, const BuildContext& context);

  [[nodiscard]] Shown show() const override;

 private:
  Params params_;
  Grid first_plane_;
  OpticalTrain train_;
};

/// The plane before the first element as the block `light` gives it. \throws UsageError.
[[nodiscard]] Grid light_plane(const BuildContext& context);

}  // namespace parfocal::optics
