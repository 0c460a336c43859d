// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// Mean squared error of estimates, over samples, conditions and pixels alike.
///
///   value = mean (estimate - object)^2,   score = -10 log10 value
///
/// Convention: the score is a PSNR at peak 1.
/// Units:      object values squared; the score in dB.
/// Errors:     UsageError without an estimate.
/// Tested by:  tests/learned/losses/mean_squared_error_test.cpp, conformance.
class MeanSquaredError final : public Loss {
 public:
  struct Params {};
  static void describe(Schema<Params>& s);

  explicit MeanSquaredError(const Params&) {}
  MeanSquaredError(const Params&, const BuildContext&) {}

  [[nodiscard]] bool needs_estimate() const override { return true; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;
  [[nodiscard]] double score(double value) const override;
  [[nodiscard]] std::string score_unit() const override { return "dB"; }
  [[nodiscard]] bool higher_is_better() const override { return true; }
  [[nodiscard]] at::Tensor condition_scores(const Trial& trial) const override;
};

}  // namespace parfocal::learned
