// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A plane surface: the same height everywhere, 0 unless it is given.
///
/// Units:      leaf `height` in um.
/// Precision:  float64.
/// Invariants: a mask of this surface changes no intensity.
/// Tested by:  tests/optics/elements/surfaces/shapes_test.cpp.
class Flat final : public Surface {
 public:
  struct Params {
    Length height;
  };
  static void describe(Schema<Params>& s);

  Flat(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;
  [[nodiscard]] Basis basis() const override { return Basis::kLength; }

 private:
  Trainable height_;
};

}  // namespace parfocal::optics
