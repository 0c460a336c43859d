// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

#include "learned/training/line_search.h"

namespace parfocal {

/// Minimizes a smooth function of one vector by quasi-Newton steps with limited memory.
///
///   x_{k+1} = x_k + t d_k,   d_k = -H_k g_k,   s = x_{k+1} - x_k,   y = g_{k+1} - g_k
///   H_k: two-loop recursion over the last `history` pairs, started from (s y) / (y y) times unity
///   t:   by `strong_wolfe`
///
/// J. Nocedal, S. J. Wright, Numerical Optimization, 2nd ed. (2006), algorithm 7.4.
/// D. C. Liu, J. Nocedal, Math. Program. 45, 503-528 (1989).
/// Convention: without pairs the direction is -g / max|g|, so that a first trial of t = 1 changes
///             the variable that changes most by 1, whatever the scale of the function; with pairs
///             the first trial is t = 1. A pair is kept where s y > 1e-10 |s| |y|. Where the line
///             search finds nothing lower, the pairs are dropped and -g is tried once; a step that
///             failed is not tried again from the same point, value and gradient.
/// Invariants: f never rises in a step. A value or a gradient that is not finite counts as too far.
/// Tested by:  tests/learned/training/lbfgs_test.cpp.
class Lbfgs {
 public:
  /// f and its gradient at `variables`; those of an answer are where f was really evaluated, after
  /// what the caller rounds. All float64, one axis.
  struct Point {
    at::Tensor variables;
    double value = 0.0;
    at::Tensor gradient;
  };
  using Evaluate = std::function<Point(const at::Tensor& variables)>;
  struct Pair {
    at::Tensor s, y;
  };

  explicit Lbfgs(std::int64_t history, WolfeConditions wolfe = {})
      : history_(history), wolfe_(wolfe) {}

  /// The next point; nothing where the line search found none that is lower. Remembers the pair.
  [[nodiscard]] std::optional<Point> step(const Point& start, const Evaluate& evaluate);

  /// Oldest first. This is all that the next step depends on besides its arguments.
  [[nodiscard]] const std::deque<Pair>& pairs() const { return pairs_; }
  void set_pairs(std::deque<Pair> pairs) {
    pairs_ = std::move(pairs);
    failed_.reset();
  }
  void forget() { pairs_.clear(); }

 private:
  [[nodiscard]] at::Tensor direction(const at::Tensor& gradient) const;
  /// Where nothing lower was found along the gradient, with the same value and gradient.
  [[nodiscard]] bool has_failed_at(const Point& start) const;
  void remember(const Point& from, const Point& to);

  std::int64_t history_;
  WolfeConditions wolfe_;
  std::deque<Pair> pairs_;
  std::optional<Point> failed_;
};

}  // namespace parfocal
