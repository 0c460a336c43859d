// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

namespace parfocal {

/// A function of one length t >= 0 and its slope there.
struct LinePoint {
  double length = 0.0;
  double value = 0.0;
  double slope = 0.0;
};

/// c1 and c2 of `strong_wolfe`.
struct WolfeConditions {
  double decrease = 1e-4;
  double curvature = 0.9;
};

/// A length that lowers a function enough and flattens its slope enough.
///
///   f(t) <= f(0) + c1 t f'(0),   |f'(t)| <= c2 |f'(0)|
///
/// J. Nocedal, S. J. Wright, Numerical Optimization, 2nd ed. (2006), algorithms 3.5 and 3.6: the
/// interval is widened by 2 to 10 times, then narrowed to the minimum of the cubic through both
/// ends (eq. 3.59), at least a tenth of its width away from them.
/// Convention: `start` is at length 0 with a negative slope. A value or slope that is not finite
///             counts as too far, and its interval is halved.
/// Invariants: after 25 evaluations the lowest point that meets the first condition, if there is
///             one; else nothing.
/// Tested by:  tests/learned/training/line_search_test.cpp.
[[nodiscard]] std::optional<LinePoint> strong_wolfe(
    const std::function<LinePoint(double length)>& evaluate, const LinePoint& start,
    double first_length, const WolfeConditions& conditions);

}  // namespace parfocal
