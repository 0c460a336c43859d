// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "solvers/prior.h"

namespace parfocal::solvers {

/// The object is nowhere negative.
///
///   R(v) = 0 if v >= 0 everywhere, else infinity;   prox(v) = max(v, 0)
///
/// Layout:     v [batch, channel, p_y, p_x].
/// Invariants: the prox is the projection, whatever the step; an estimate after it has R = 0.
/// Tested by:  tests/solvers/priors_test.cpp.
class NonNegative : public Prior {
 public:
  struct Params {};
  static void describe(Schema<Params>& s);

  NonNegative() = default;
  NonNegative(const Params&, const BuildContext&) {}

  [[nodiscard]] std::string name() const override { return "non_negative"; }
  [[nodiscard]] bool has_value() const override { return true; }
  [[nodiscard]] bool has_prox() const override { return true; }
  [[nodiscard]] at::Tensor value(const at::Tensor& v) const override;
  [[nodiscard]] at::Tensor prox(const at::Tensor& v, double step) const override;
};

}  // namespace parfocal::solvers
