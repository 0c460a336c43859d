// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/operators/component.h"
#include "core/operators/view.h"
#include "optics/optical_train.h"

namespace parfocal::optics {

class PhaseMask;

/// A phase mask as it is made: its heights, and what a workshop needs.
///
/// Layout:     field `height` [1, 1, n_y, n_x] and the exact array `height` (float64); with levels
///             the drawing `levels`, one layer per height, and `etch_masks` where their number is a
///             power of two; with `frame` the 8-bit frame `frame` of a modulator, 256 levels to one
///             wave of the design wavelength.
/// Units:      heights in m. Numbers `lowest`, `highest` in m, `levels`.
/// Errors:     UsageError for an element that is no phase mask; with `frame` for one without
///             design wavelength.
/// Tested by:  tests/optics/views/mask_view_test.cpp (drawing and frame give the PSF back).
class MaskView final : public View {
 public:
  struct Params {
    std::string element;
    bool frame = false;
  };
  static void describe(Schema<Params>& s);

  MaskView(const Params& params, const BuildContext& context);

  [[nodiscard]] Shown show() const override;

 private:
  Params params_;
  OpticalTrain train_;
  OpticalTrain::Placed placed_;
  const PhaseMask* mask_ = nullptr;  // placed_.element
};

}  // namespace parfocal::optics
