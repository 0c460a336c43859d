// SPDX-License-Identifier: Apache-2.0
#include "core/operators/bounds.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/logit.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "core/error.h"
#include "core/operators/parameter_tree.h"

namespace parfocal {
namespace {

constexpr double kInside = 1e-6;       // Of a projection, from an open end.
constexpr double kStartInside = 1e-3;  // Of a reparametrization that starts at its bound.

double unit_of(const Bounds& b) {
  return std::isfinite(b.lower) && std::isfinite(b.upper) ? b.upper - b.lower : 1.0;
}

/// The nearest number of the type of `leaf` beyond `value` in the direction of `toward`.
double next_number(const at::Tensor& leaf, double value, double toward) {
  if (leaf.scalar_type() == at::kFloat) {
    return std::nextafter(static_cast<float>(value), static_cast<float>(toward));
  }
  return std::nextafter(value, toward);
}

/// x with softplus(x) = y > 0: log(exp(y) - 1).
at::Tensor softplus_inverse(const at::Tensor& y) { return y + (-(-y).expm1()).log(); }

}  // namespace

bool Bounds::contains(const at::Tensor& values) const {
  const at::Tensor above = lower_open ? values > lower : values >= lower;
  const at::Tensor below = upper_open ? values < upper : values <= upper;
  return (above & below).all().item<bool>();
}

BoundedLeaf::BoundedLeaf(const std::string& path, const Parameter& parameter, By by)
    : leaf_(parameter.leaf), bounds_(parameter.bounds), by_(by) {
  const at::NoGradGuard no_grad;
  if (!bounds_.contains(leaf_)) {
    throw UsageError(fmt::format("{} = {} .. {} {}: starts outside {} .. {}; start it inside", path,
                                 leaf_.min().item<double>(), leaf_.max().item<double>(),
                                 parameter.unit, bounds_.lower, bounds_.upper));
  }
  free_ = by == By::kProjection ? leaf_ : start().requires_grad_(true);
}

at::Tensor BoundedLeaf::start() const {
  const auto [lower, upper, lower_open, upper_open] = bounds_;
  const double inside = kStartInside * unit_of(bounds_);
  at::Tensor value = at::where(leaf_ == lower, lower + inside, leaf_);
  value = at::where(leaf_ == upper, upper - inside, value);
  if (std::isfinite(lower) && std::isfinite(upper)) {
    return at::logit((value - lower) / (upper - lower));
  }
  if (std::isfinite(lower)) return softplus_inverse(value - lower);
  if (std::isfinite(upper)) return -softplus_inverse(upper - value);
  return leaf_.detach().clone();
}

at::Tensor BoundedLeaf::value(const at::Tensor& free) const {
  const auto [lower, upper, lower_open, upper_open] = bounds_;
  if (by_ == By::kProjection) {
    const double inside = kInside * unit_of(bounds_);
    return free.clamp(lower_open ? lower + inside : lower, upper_open ? upper - inside : upper);
  }
  if (std::isfinite(lower) && std::isfinite(upper)) {
    return lower + (upper - lower) * at::sigmoid(free);
  }
  if (std::isfinite(lower)) return lower + at::softplus(free, 1.0, 30.0);
  if (std::isfinite(upper)) return upper - at::softplus(-free, 1.0, 30.0);
  return free;
}

void BoundedLeaf::pull_gradient() const {
  if (by_ == By::kProjection || !leaf_.grad().defined()) return;
  const at::AutoGradMode with_grad(true);
  const at::Tensor point = free_.detach().requires_grad_(true);
  free_.mutable_grad() = torch::autograd::grad({value(point)}, {point}, {leaf_.grad()})[0];
}

void BoundedLeaf::push_value() const {
  const at::NoGradGuard no_grad;
  const auto [lower, upper, lower_open, upper_open] = bounds_;
  leaf_.copy_(value(free_).clamp(lower_open ? next_number(leaf_, lower, upper) : lower,
                                 upper_open ? next_number(leaf_, upper, lower) : upper));
}

}  // namespace parfocal
