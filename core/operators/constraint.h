// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

#include "core/tensor/random.h"

namespace parfocal {

/// What a parameter must obey to be built: bounds, levels, minimum features, tolerances.
class Constraint {
 public:
  static constexpr std::string_view kKind = "constraint";

  virtual ~Constraint() = default;
  /// Nearest feasible value; idempotent.
  [[nodiscard]] virtual at::Tensor project(const at::Tensor& value) const = 0;
  /// What the workshop makes of it (levels, pixel fill); the identity where nothing is quantised.
  [[nodiscard]] virtual at::Tensor quantize(const at::Tensor& value) const = 0;
  /// One random fabrication error.
  [[nodiscard]] virtual at::Tensor perturb(const at::Tensor& value, RandomStream& random) const = 0;
  /// Differentiable penalty that steers a training; a scalar.
  [[nodiscard]] virtual at::Tensor penalty(const at::Tensor& value) const = 0;
};

}  // namespace parfocal
