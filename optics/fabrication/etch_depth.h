// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "core/operators/constraint.h"

namespace parfocal::optics {

/// An error of the etch rate: all heights scale together.
///
///   perturb:  h' = h (1 + spread e),   e ~ N(0, 1), one draw per map
///
/// Units:      spread is a ratio.
/// Invariants: mean h, standard deviation |h| spread; differentiable in the heights.
/// Errors:     those of `check_heights`.
/// Tested by:  tests/optics/fabrication/fabrication_errors_test.cpp.
class EtchDepth final : public Constraint {
 public:
  struct Params {
    double spread = 0.02;
  };
  static void describe(Schema<Params>& s);

  EtchDepth(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor perturb(const at::Tensor& height, const Grid& grid,
                                   RandomStream& random) const override;
  [[nodiscard]] std::optional<Moments> moments(const at::Tensor& height,
                                               const Grid& grid) const override;

 private:
  double spread_;
};

}  // namespace parfocal::optics
