// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>

#include <optional>
#include <string_view>

#include "core/tensor/grid.h"
#include "core/tensor/random.h"
#include "core/tensor/straight_through.h"

namespace parfocal {

/// Mean and standard deviation of every pixel over all draws.
struct Moments {
  at::Tensor mean;
  at::Tensor deviation;
};

/// What a height map must obey to be built: bounds, levels, minimum features, tolerances. A
/// constraint overrides what it is about; the rest is the identity, or 0.
///
/// Layout:     [n_y, n_x], the samples of `grid`.
/// Units:      heights in metres; penalties are pure numbers, heights counted in the constraint's
///             own length, or in micrometres where it has none.
/// Invariants: `project` and `quantize` are idempotent, and what they give is feasible; `penalty`
///             is 0 on what is feasible; `perturb` draws the same for the same stream and is
///             differentiable in the heights.
/// Tested by:  tests/conformance/constraint_checks.cpp.
class Constraint {
 public:
  static constexpr std::string_view kKind = "constraint";

  virtual ~Constraint() = default;
  /// False for a preference (smoothness): every map is feasible, some cost more.
  [[nodiscard]] virtual bool has_projection() const { return false; }
  /// A feasible map close to `height`; `height` itself where it is feasible.
  [[nodiscard]] virtual at::Tensor project(const at::Tensor& height, const Grid&) const {
    return height;
  }
  /// What the workshop makes of it, with the gradient of the identity (straight-through).
  [[nodiscard]] virtual at::Tensor quantize(const at::Tensor& height, const Grid& grid) const {
    return has_projection() ? straight_through(height, project(height.detach(), grid)) : height;
  }
  /// One random fabrication error.
  [[nodiscard]] virtual at::Tensor perturb(const at::Tensor& height, const Grid&,
                                           RandomStream&) const {
    return height;
  }
  /// The moments of `perturb`, where they have a closed form.
  [[nodiscard]] virtual std::optional<Moments> moments(const at::Tensor& height,
                                                       const Grid&) const {
    return Moments{height, at::zeros(height.sizes(), height.options())};
  }
  /// Differentiable penalty that steers a training; a scalar.
  [[nodiscard]] virtual at::Tensor penalty(const at::Tensor& height, const Grid&) const {
    return at::zeros({}, height.options().requires_grad(false));
  }
};

}  // namespace parfocal
