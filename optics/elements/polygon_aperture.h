// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/operators/component.h"
#include "optics/elements/edge.h"
#include "optics/optical_element.h"

namespace parfocal::optics {

/// A stop in the form of a convex polygon, regular or by its vertices:
///
///   vertex_j = centre + diameter / 2 (sin(angle + 2 pi j / n), cos(angle + 2 pi j / n))     [y, x]
///
/// Convention: the diameter is that of the circle through the vertices; the angle turns from x
///             towards y. Smooth: the product over the sides, see `polygon` in edge.h.
/// Units:      leaves `diameter` and `centre` in um, `angle` in rad; or `vertices` [n, 2] in um.
/// Invariants: smooth: differentiable in field and leaves.
/// Errors:     ConfigError for less than three vertices or a polygon that is not convex; UsageError
///             if a leaf of a sharp edge is trained.
/// Tested by:  tests/optics/elements/aperture_test.cpp.
class PolygonAperture final : public OpticalElement {
 public:
  struct Params {
    std::optional<std::int64_t> sides;
    std::optional<Length> diameter;
    Angle angle{};
    std::vector<std::array<Length, 2>> vertices;  ///< [y, x]
    std::array<Length, 2> centre{};               ///< [y, x]
    Edge edge = Edge::kSharp;
  };
  static void describe(Schema<Params>& s);

  PolygonAperture(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;
  /// [n, 2], float64, differentiable in the leaves.
  [[nodiscard]] at::Tensor vertices_m() const;

 private:
  void check_edge() const;

  std::string path_;
  Edge edge_;
  std::int64_t sides_ = 0;
  Trainable diameter_, angle_, vertices_, centre_;
};

}  // namespace parfocal::optics
