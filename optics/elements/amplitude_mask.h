// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "optics/elements/mask_map.h"
#include "optics/elements/pattern.h"
#include "optics/optical_element.h"

namespace parfocal::optics {

/// A thin absorbing mask.
///
///   U' = t U,   0 <= t <= 1
///
/// Convention: t multiplies the field, so t^2 multiplies the power; outside a sampled map t = 0.
/// Units:      leaf `transmission`, bounds 0 and 1, on the samples of the pattern (see `MaskMap`).
/// Invariants: |U'| <= |U| within the bounds of the leaf; differentiable in field and transmission.
/// Tested by:  tests/optics/elements/amplitude_mask_test.cpp.
class AmplitudeMask final : public OpticalElement {
 public:
  struct Params {
    ComponentConfig pattern;
  };
  static void describe(Schema<Params>& s);

  AmplitudeMask(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;

 private:
  MaskMap transmission_;
};

}  // namespace parfocal::optics
