// SPDX-License-Identifier: Apache-2.0
#include "learned/training/line_search.h"

#include <algorithm>
#include <cmath>

namespace parfocal {
namespace {

constexpr int kMostEvaluations = 25;
constexpr double kLeastWidening = 2.0, kMostWidening = 10.0;
constexpr double kLeastShare = 0.1;  // Of an interval, from both its ends.

bool is_finite(const LinePoint& p) { return std::isfinite(p.value) && std::isfinite(p.slope); }

/// Where the cubic of the values and slopes of both points has its minimum; NaN where it has none.
double cubic_minimum(const LinePoint& a, const LinePoint& b) {
  const double d1 = a.slope + b.slope - 3.0 * (a.value - b.value) / (a.length - b.length);
  const double root = std::sqrt(d1 * d1 - a.slope * b.slope);
  const double d2 = b.length > a.length ? root : -root;
  return b.length - (b.length - a.length) * (b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2);
}

class Search {
 public:
  Search(const std::function<LinePoint(double)>& evaluate, const LinePoint& start,
         const WolfeConditions& conditions)
      : evaluate_(evaluate), start_(start), conditions_(conditions) {}

  std::optional<LinePoint> run(double first_length) {
    LinePoint before = start_;
    double length = first_length;
    while (evaluations_ < kMostEvaluations) {
      const LinePoint here = at(length);
      if (!is_low(here) || (before.length > 0.0 && here.value >= before.value)) {
        return narrow(before, here);
      }
      if (is_flat(here)) return here;
      if (here.slope >= 0.0) return narrow(here, before);
      length = wider(before, here);
      before = here;
    }
    return before.length > 0.0 ? std::optional(before) : std::nullopt;
  }

 private:
  LinePoint at(double length) {
    ++evaluations_;
    return evaluate_(length);
  }
  [[nodiscard]] bool is_low(const LinePoint& p) const {
    return is_finite(p) && p.value <= start_.value + conditions_.decrease * p.length * start_.slope;
  }
  [[nodiscard]] bool is_flat(const LinePoint& p) const {
    return std::abs(p.slope) <= -conditions_.curvature * start_.slope;
  }
  [[nodiscard]] static double wider(const LinePoint& before, const LinePoint& here) {
    const double least = kLeastWidening * here.length, most = kMostWidening * here.length;
    const double minimum = cubic_minimum(before, here);
    return std::isfinite(minimum) ? std::clamp(minimum, least, most) : most;
  }
  /// Between `low`, the lowest point so far that is low enough, and `high`.
  std::optional<LinePoint> narrow(LinePoint low, LinePoint high) {
    while (evaluations_ < kMostEvaluations) {
      const LinePoint here = at(between(low, high));
      if (!is_low(here) || here.value >= low.value) {
        high = here;
        continue;
      }
      if (is_flat(here)) return here;
      if (here.slope * (high.length - low.length) >= 0.0) high = low;
      low = here;
    }
    return low.length > 0.0 ? std::optional(low) : std::nullopt;
  }
  [[nodiscard]] static double between(const LinePoint& low, const LinePoint& high) {
    const double middle = 0.5 * (low.length + high.length);
    if (!is_finite(high)) return middle;
    const double minimum = cubic_minimum(low, high);
    if (!std::isfinite(minimum)) return middle;
    const auto [left, right] = std::minmax(low.length, high.length);
    const double margin = kLeastShare * (right - left);
    return std::clamp(minimum, left + margin, right - margin);
  }

  const std::function<LinePoint(double)>& evaluate_;
  LinePoint start_;
  WolfeConditions conditions_;
  int evaluations_ = 0;
};

}  // namespace

std::optional<LinePoint> strong_wolfe(const std::function<LinePoint(double length)>& evaluate,
                                      const LinePoint& start, double first_length,
                                      const WolfeConditions& conditions) {
  return Search(evaluate, start, conditions).run(first_length);
}

}  // namespace parfocal
