// SPDX-License-Identifier: Apache-2.0
#include "learned/training/lbfgs.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>

#include <cmath>
#include <vector>

namespace parfocal {
namespace {

constexpr double kLeastCurvature = 1e-10;  // Of s y, in |s| |y|.

double product_of(const at::Tensor& a, const at::Tensor& b) { return a.dot(b).item<double>(); }

/// The lowest point along `direction`; `first_length` is tried first.
std::optional<Lbfgs::Point> search(const Lbfgs::Point& start, const at::Tensor& direction,
                                   const Lbfgs::Evaluate& evaluate, const WolfeConditions& wolfe) {
  const double slope = product_of(start.gradient, direction);
  if (!(slope < 0.0) || !std::isfinite(slope)) return std::nullopt;
  std::vector<std::pair<double, Lbfgs::Point>> tried;
  const auto along = [&](double length) {
    Lbfgs::Point point = evaluate(start.variables + direction * length);
    const LinePoint found{length, point.value, product_of(point.gradient, direction)};
    tried.emplace_back(length, std::move(point));
    return found;
  };
  const auto found = strong_wolfe(along, {0.0, start.value, slope}, 1.0, wolfe);
  if (!found) return std::nullopt;
  for (auto& [length, point] : tried) {
    if (length == found->length) return std::move(point);
  }
  return std::nullopt;
}

}  // namespace

at::Tensor Lbfgs::direction(const at::Tensor& gradient) const {
  if (pairs_.empty()) return gradient * (-1.0 / gradient.abs().max().item<double>());
  at::Tensor d = -gradient;
  std::vector<double> alpha(pairs_.size());
  for (std::size_t i = pairs_.size(); i-- > 0;) {
    const auto& [s, y] = pairs_[i];
    alpha[i] = product_of(s, d) / product_of(s, y);
    d = d - y * alpha[i];
  }
  const auto& [s, y] = pairs_.back();
  d = d * (product_of(s, y) / product_of(y, y));
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const auto& [older_s, older_y] = pairs_[i];
    d = d + older_s * (alpha[i] - product_of(older_y, d) / product_of(older_s, older_y));
  }
  return d;
}

void Lbfgs::remember(const Point& from, const Point& to) {
  const Pair pair{to.variables - from.variables, to.gradient - from.gradient};
  const double limit = kLeastCurvature * std::sqrt(product_of(pair.s, pair.s)) *
                       std::sqrt(product_of(pair.y, pair.y));
  if (!(product_of(pair.s, pair.y) > limit)) return;
  pairs_.push_back(pair);
  if (std::ssize(pairs_) > history_) pairs_.pop_front();
}

bool Lbfgs::has_failed_at(const Point& start) const {
  return failed_ && failed_->value == start.value &&
         at::equal(failed_->variables, start.variables) &&
         at::equal(failed_->gradient, start.gradient);
}

std::optional<Lbfgs::Point> Lbfgs::step(const Point& start, const Evaluate& evaluate) {
  const bool slopes = start.gradient.abs().max().item<double>() > 0.0;
  if (!slopes || (pairs_.empty() && has_failed_at(start))) return std::nullopt;
  std::optional<Point> next = search(start, direction(start.gradient), evaluate, wolfe_);
  if (!next && !pairs_.empty()) {
    forget();
    next = search(start, direction(start.gradient), evaluate, wolfe_);
  }
  failed_.reset();
  if (next) {
    remember(start, *next);
  } else {
    failed_ = Point{start.variables.clone(), start.value, start.gradient.clone()};
  }
  return next;
}

}  // namespace parfocal
