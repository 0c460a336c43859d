// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// Mean absolute error of estimates, over samples, conditions and pixels alike.
///
///   value = mean |estimate - object|
///
/// Convention: the gradient at equal values is 0.
/// Units:      object values.
/// Errors:     UsageError without an estimate.
/// Tested by:  tests/learned/losses/supervised_test.cpp, conformance.
class MeanAbsoluteError final : public Loss {
 public:
  struct Params {};
  static void describe(Schema<Params>& s);

  explicit MeanAbsoluteError(const Params&) {}
  MeanAbsoluteError(const Params&, const BuildContext&) {}

  [[nodiscard]] bool needs_estimate() const override { return true; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;
  [[nodiscard]] at::Tensor condition_scores(const Trial& trial) const override;
};

}  // namespace parfocal::learned
