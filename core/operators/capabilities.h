// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "core/operators/operator.h"

namespace parfocal {

/// Capability: the operator is a bank of circular convolutions on a padded grid, then a crop,
///
///   y_j = S sum_k IDFT( H_jk . DFT v_k )        S: padded -> sensor, window at floor((P - n) / 2)
///
/// A solver that works in frequency asks for it by `dynamic_cast`, and says in one sentence if the
/// model lacks it. The unknown v lives on the padded grid: domain() = [channel, K.., p_y, p_x].
class TransferFunctions {
 public:
  virtual ~TransferFunctions() = default;
  /// Complex [channel or 1, J, K, p_y, p_x / 2 + 1]; differentiable in the model's parameters.
  [[nodiscard]] virtual at::Tensor transfer() const = 0;
  [[nodiscard]] virtual std::int64_t padded_y() const = 0;
  [[nodiscard]] virtual std::int64_t padded_x() const = 0;
  [[nodiscard]] virtual std::int64_t sensor_y() const = 0;
  [[nodiscard]] virtual std::int64_t sensor_x() const = 0;
};

/// The capability `C` of `op`, or UsageError: "SOLVER needs WHAT, which the model does not have".
template <class C>
const C& require_capability(const Operator& op, const std::string& solver, const std::string& what);

}  // namespace parfocal

#include "core/error.h"

namespace parfocal {
template <class C>
const C& require_capability(const Operator& op, const std::string& solver,
                            const std::string& what) {
  if (const auto* capable = dynamic_cast<const C*>(&op)) return *capable;
  throw UsageError(solver + " needs " + what + ", which this model does not have");
}
}  // namespace parfocal
