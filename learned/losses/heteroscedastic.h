// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// Negative log-likelihood of the true objects under normal errors of the predicted variance.
///
///   value = mean [ (object - estimate)^2 / (2 v) + log(v) / 2 ]
///
/// D. A. Nix, A. S. Weigend, Proc. IEEE Int. Conf. Neural Networks 1, 55 (1994).
/// Convention: the constant log(2 pi) / 2 is left out; samples, conditions and pixels count alike.
/// Units:      nats per pixel; v in object values squared.
/// Invariants: at a fixed estimate it is least where v is the mean squared error.
/// Errors:     UsageError unless the last stage predicts the variance v.
/// Tested by:  tests/learned/losses/heteroscedastic_test.cpp, conformance.
class Heteroscedastic final : public Loss {
 public:
  struct Params {};
  static void describe(Schema<Params>& s);

  explicit Heteroscedastic(const Params&) {}
  Heteroscedastic(const Params&, const BuildContext&) {}

  [[nodiscard]] bool needs_estimate() const override { return true; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;
  [[nodiscard]] std::string score_unit() const override { return "nat"; }
  [[nodiscard]] at::Tensor condition_scores(const Trial& trial) const override;
};

}  // namespace parfocal::learned
