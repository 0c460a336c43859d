// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "core/operators/component.h"
#include "optics/optical_element.h"

namespace parfocal::optics {

/// A circular stop: U' = U where |r - centre| <= diameter / 2, else 0.
///
/// Convention: decided at the centre of each sample, with an edge as sharp as the sampling.
/// Tested by:  tests/optics/elements/circular_aperture_test.cpp.
class CircularAperture final : public OpticalElement {
 public:
  struct Params {
    Length diameter;
    std::array<Length, 2> centre{};  ///< [y, x]
  };
  static void describe(Schema<Params>& s);

  CircularAperture(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;

 private:
  Params params_;
};

}  // namespace parfocal::optics
