// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include "core/operators/component.h"
#include "optics/elements/edge.h"
#include "optics/optical_element.h"

namespace parfocal::optics {

/// A rectangular stop: U' = U where |y - y_c| <= size_y / 2 and |x - x_c| <= size_x / 2, else 0.
///
/// Convention: sharp: decided at the centre of each sample; smooth: see `opening` in edge.h.
/// Units:      leaves `size` [y, x] and `centre` [y, x] in um.
/// Invariants: smooth: differentiable in field, size and centre.
/// Errors:     UsageError if a leaf of a sharp edge is trained; SamplingError for a smooth opening
///             of less than two samples.
/// Tested by:  tests/optics/elements/aperture_test.cpp.
class RectangularAperture final : public OpticalElement {
 public:
  struct Params {
    std::array<Length, 2> size{};    ///< [y, x]
    std::array<Length, 2> centre{};  ///< [y, x]
    Edge edge = Edge::kSharp;
  };
  static void describe(Schema<Params>& s);

  RectangularAperture(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;

 private:
  std::string path_;
  Edge edge_;
  Trainable size_, centre_;
};

}  // namespace parfocal::optics
