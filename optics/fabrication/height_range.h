// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "core/operators/constraint.h"

namespace parfocal::optics {

/// Heights between two bounds.
///
///   project:  h' = min(max(h, lower), upper)
///   penalty:  mean (h - h')^2 / (upper - lower)^2
///
/// Units:      metres.
/// Invariants: `project` is the nearest feasible map; its gradient is 0 outside the bounds, that of
///             `quantize` is 1 everywhere.
/// Errors:     ConfigError unless lower < upper; those of `check_heights`.
/// Tested by:  tests/optics/fabrication/height_range_test.cpp.
class HeightRange final : public Constraint {
 public:
  struct Params {
    Length lower;
    Length upper;
  };
  static void describe(Schema<Params>& s);

  HeightRange(const Params& params, const BuildContext& context);

  [[nodiscard]] bool has_projection() const override { return true; }
  [[nodiscard]] at::Tensor project(const at::Tensor& height, const Grid& grid) const override;
  [[nodiscard]] at::Tensor penalty(const at::Tensor& height, const Grid& grid) const override;

 private:
  double lower_m_;
  double upper_m_;
};

}  // namespace parfocal::optics
