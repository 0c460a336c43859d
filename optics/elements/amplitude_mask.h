// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "optics/elements/mask_map.h"
#include "optics/elements/pattern.h"
#include "optics/optical_element.h"

namespace parfocal::optics {

/// A thin absorbing mask.
///
///   U' = t U,   0 <= t <= 1;      leaf: logit   t = 1 / (1 + exp(-l));     binary   t = (t >= 1/2)
///
/// Convention: t multiplies the field, so t^2 multiplies the power; outside a sampled map t = 0.
///             As a logit the start is kept within 0.01 .. 0.99, where the sigmoid has a slope.
/// Units:      leaf `transmission`, bounds 0 and 1, or `logit` without bounds, on the samples of
///             the pattern (see `MaskMap`).
/// Invariants: |U'| <= |U| within the bounds of the leaf; differentiable in field and transmission;
///             binary: the gradient of t before it is rounded (straight through).
/// Tested by:  tests/optics/elements/amplitude_mask_test.cpp.
class AmplitudeMask final : public OpticalElement {
 public:
  enum class Leaf { kTransmission, kLogit };

  struct Params {
    ComponentConfig pattern;
    Leaf leaf = Leaf::kTransmission;
    bool binary = false;
  };
  static void describe(Schema<Params>& s);

  AmplitudeMask(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;

 private:
  MaskMap transmission_;
};

}  // namespace parfocal::optics
