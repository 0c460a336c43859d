// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "core/operators/constraint.h"

namespace parfocal::optics {

/// A preference for smooth reliefs: the second difference of the heights, averaged.
///
///   L h(p) = sum of the 8 neighbours - 8 h(p),   heights in um, edge pixels repeated outside
///   penalty:  mean |L h|  or  mean (L h)^2
///
/// V. Sitzmann et al., ACM Trans. Graph. 37, 114 (2018).
/// Units:      heights in metres; penalty in um or um^2, as a number.
/// Invariants: 0 for a constant map; 0 in the interior for a plane.
/// Errors:     those of `check_heights`.
/// Tested by:  tests/optics/fabrication/smoothness_test.cpp.
class Smoothness final : public Constraint {
 public:
  enum class Order { kAbsolute, kSquare };
  struct Params {
    Order order = Order::kAbsolute;
  };
  static void describe(Schema<Params>& s);

  Smoothness(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor penalty(const at::Tensor& height, const Grid& grid) const override;

 private:
  Order order_;
};

/// L h of the map, same unit and size.
[[nodiscard]] at::Tensor eight_neighbour_laplacian(const at::Tensor& height);

}  // namespace parfocal::optics
