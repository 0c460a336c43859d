// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace parfocal {

/// Trailing axes of a tensor, without the batch: [channel, z, y, x], as many as are present.
using Shape = std::vector<std::int64_t>;

/// A map from an object to the expected measurement, or a part of one.
///
/// Layout:     x is [batch..., domain()], the result [batch..., range()]; any leading batch axes.
/// Invariants: forward is a pure function of x and of the operator's parameters, differentiable in
///             both; a batch of two equals two singles.
/// Errors:     a wrong shape, dtype or device throws LogicError with expected and got.
/// Tested by:  tests/conformance (every registered operator).
class Operator {
 public:
  static constexpr std::string_view kKind = "model";

  virtual ~Operator() = default;
  [[nodiscard]] virtual at::Tensor forward(const at::Tensor& x) const = 0;
  [[nodiscard]] virtual Shape domain() const = 0;
  [[nodiscard]] virtual Shape range() const = 0;
  [[nodiscard]] virtual at::ScalarType dtype() const = 0;  ///< Of x.
  /// Recomputes what is derived from parameters after a step on them.
  virtual void refresh() {}
};

/// An operator with an exact adjoint: <A x, y> = <x, A* y>, conjugating the first argument.
class LinearOperator : public Operator {
 public:
  [[nodiscard]] virtual at::Tensor adjoint(const at::Tensor& y) const = 0;
  /// A* A x; override where it is cheaper than the composition.
  [[nodiscard]] virtual at::Tensor gram(const at::Tensor& x) const { return adjoint(forward(x)); }
  /// An upper bound of the spectral norm, where one is known in closed form.
  [[nodiscard]] virtual std::optional<double> norm_bound() const { return std::nullopt; }
};

using OperatorPtr = std::shared_ptr<const Operator>;
using LinearOperatorPtr = std::shared_ptr<const LinearOperator>;

}  // namespace parfocal
