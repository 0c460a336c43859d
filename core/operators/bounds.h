// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <limits>
#include <string>

namespace parfocal {

/// Where a trained quantity may lie, in units of its leaf. An open end must not be reached.
struct Bounds {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
  bool lower_open = false;
  bool upper_open = false;

  [[nodiscard]] static Bounds above(double lower) { return {.lower = lower, .lower_open = true}; }
  [[nodiscard]] static Bounds at_least(double lower) { return {.lower = lower}; }

  [[nodiscard]] bool contains(const at::Tensor& values) const;
};

struct Parameter;

/// A leaf that an optimizer steps without leaving its bounds.
///
///   projection:          leaf = min(max(free, lower), upper),        d leaf / d free = 1
///   reparametrization:   leaf = lower + (upper - lower) sigmoid(free)
///                        leaf = lower + softplus(free),  leaf = upper - softplus(-free)
///                        leaf = free where there are no bounds
///
/// Use:        step `free()` between `pull_gradient` (after the backward pass) and `push_value`.
/// Units:      free of a projection, and of softplus far from its bound, in units of the leaf.
/// Invariants: after `push_value` every value is inside its bounds, at an open end by the next
///             number of its type; a projection stays 1e-6 of the range (or of a unit) away from an
///             open end. The first value is the start to rounding; a reparametrization that starts
///             at a bound begins 1e-3 of the range (or of a unit) inside, where it has a slope.
/// Errors:     UsageError for a start outside.
/// Tested by:  tests/core/operators/bounds_test.cpp, conformance (every leaf).
class BoundedLeaf {
 public:
  enum class By { kProjection, kReparametrization };

  /// `path` stands in messages. The leaf is shared with the component that reads it.
  BoundedLeaf(const std::string& path, const Parameter& parameter, By by);

  /// A leaf of its own for reparametrizations, that of the parameter for projections.
  [[nodiscard]] const at::Tensor& free() const { return free_; }
  /// free.grad = leaf.grad d leaf / d free; nothing where the leaf has no gradient.
  void pull_gradient() const;
  /// Writes the value of `free` into the leaf, in place.
  void push_value() const;

 private:
  [[nodiscard]] at::Tensor value(const at::Tensor& free) const;
  [[nodiscard]] at::Tensor start() const;

  at::Tensor leaf_, free_;
  Bounds bounds_;
  By by_;
};

}  // namespace parfocal
