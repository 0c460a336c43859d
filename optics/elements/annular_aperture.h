// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include "core/operators/component.h"
#include "optics/elements/edge.h"
#include "optics/optical_element.h"

namespace parfocal::optics {

/// A ring-shaped stop: U' = U where inner / 2 < |r - centre| <= outer / 2, else 0.
///
/// Convention: sharp: decided at the centre of each sample; smooth: see `opening` in edge.h.
/// Units:      leaves `outer_diameter`, `inner_diameter` and `centre` [y, x] in um.
/// Invariants: smooth: differentiable in field, diameters and centre.
/// Errors:     UsageError if a leaf of a sharp edge is trained; SamplingError for a smooth inner
///             diameter of less than two samples.
/// Tested by:  tests/optics/elements/aperture_test.cpp.
class AnnularAperture final : public OpticalElement {
 public:
  struct Params {
    Length outer_diameter;
    Length inner_diameter;
    std::array<Length, 2> centre{};  ///< [y, x]
    Edge edge = Edge::kSharp;
  };
  static void describe(Schema<Params>& s);

  AnnularAperture(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;

 private:
  std::string path_;
  Edge edge_;
  Trainable outer_, inner_, centre_;
};

}  // namespace parfocal::optics
