// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/operators/component.h"
#include "core/operators/view.h"
#include "optics/psf/psf_source.h"

namespace parfocal::optics {

/// A point-spread function, plane by plane.
///
/// Convention: fraction of the light per pixel, as its source counts it.
/// Layout:     field `psf` [1, planes, n_y, n_x] (colors or depths); with several depths the field
///             `section` [1, 1, planes, n_x], the row through the axis of each plane, and the curve
///             `peak` over z; else the curve `cut_x`.
/// Units:      numbers `light` (the sum of the brightest plane) and `peak`.
/// Errors:     those of the source.
/// Tested by:  tests/optics/views/point_response_view_test.cpp.
class PointResponseView final : public View {
 public:
  struct Params {
    ComponentConfig psf;
  };
  static void describe(Schema<Params>& s);

  PointResponseView(const Params& params, const BuildContext& context);

  [[nodiscard]] Shown show() const override;

 private:
  std::shared_ptr<PsfSource> source_;
};

}  // namespace parfocal::optics
