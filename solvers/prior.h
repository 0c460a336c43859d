// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>

namespace parfocal {

/// What is known of the object before the measurement: a term R(v) of the objective.
///
/// A prior says which of value, gradient and prox it has; asking for one that is missing throws
/// UsageError with the prior's name. A splitting solver further looks for the priors that it can
/// split (`NonNegative`, `TotalVariation`) by type.
/// Layout:     v is [batch, channel, p_y, p_x].
/// Tested by:  tests/solvers (prox against brute-force minimisation), conformance.
class Prior {
 public:
  static constexpr std::string_view kKind = "prior";

  virtual ~Prior() = default;
  [[nodiscard]] virtual std::string name() const = 0;  ///< The word after `type:`.
  [[nodiscard]] virtual bool has_value() const { return false; }
  [[nodiscard]] virtual bool has_gradient() const { return false; }
  [[nodiscard]] virtual bool has_prox() const { return false; }
  /// Whether it was learned from examples; then a classical result stands beside it in a report.
  [[nodiscard]] virtual bool is_learned() const { return false; }
  /// Whether R is convex, so that its prox never expands a distance.
  [[nodiscard]] virtual bool is_convex() const { return true; }
  /// An upper bound of the curvature of R, where it has a gradient: a descent shortens its step by it.
  [[nodiscard]] virtual double curvature() const { return 0.0; }
  /// R(v) per item of the batch, [batch].
  [[nodiscard]] virtual at::Tensor value(const at::Tensor& v) const;
  [[nodiscard]] virtual at::Tensor gradient(const at::Tensor& v) const;
  /// argmin_w  step R(w) + 1/2 |w - v|^2
  [[nodiscard]] virtual at::Tensor prox(const at::Tensor& v, double step) const;
};

}  // namespace parfocal
