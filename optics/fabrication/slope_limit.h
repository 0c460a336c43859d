// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "core/operators/constraint.h"

namespace parfocal::optics {

/// A greatest slope between neighbouring pixels, along each axis.
///
///   feasible:  |h(p) - h(q)| <= slope d(p, q),   d = |y - y'| + |x - x'|
///   project:   h' = (min_q [h(q) + slope d] + max_q [h(q) - slope d]) / 2
///   penalty:   mean over neighbours of max(|dh| / pitch - slope, 0)^2 / slope^2
///
/// The two envelopes are those of E. J. McShane, Bull. Amer. Math. Soc. 40, 837 (1934).
/// Units:      slope in metres per metre.
/// Invariants: h' is feasible and the nearest such map in the maximum norm: no other has a smaller
///             max |h - h'|.
/// Errors:     those of `check_heights`.
/// Tested by:  tests/optics/fabrication/slope_limit_test.cpp.
class SlopeLimit final : public Constraint {
 public:
  struct Params {
    double slope = 1.0;
  };
  static void describe(Schema<Params>& s);

  SlopeLimit(const Params& params, const BuildContext& context);

  [[nodiscard]] bool has_projection() const override { return true; }
  [[nodiscard]] at::Tensor project(const at::Tensor& height, const Grid& grid) const override;
  [[nodiscard]] at::Tensor penalty(const at::Tensor& height, const Grid& grid) const override;

 private:
  double slope_;
};

}  // namespace parfocal::optics
