// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/spectrum_baseline.h"

#include <algorithm>
#include <cmath>

#include "core/tensor/lower_hull.h"
#include "solvers/spectral/pentadiagonal.h"
#include "solvers/spectral/polynomial_fit.h"

namespace parfocal::solvers {
namespace {

using Values = std::vector<double>;

constexpr double kTolerance = 1e-3;

Values residual(std::span<const double> y, const Values& z) {
  Values r(y.begin(), y.end());
  for (std::size_t i = 0; i < r.size(); ++i) r[i] -= z[i];
  return r;
}

struct Negative {
  std::size_t count = 0;
  double mean = 0, deviation = 0;
};

Negative negative_part(const Values& r) {
  Negative found;
  double sum = 0;
  for (const double value : r) {
    if (value >= 0) continue;
    ++found.count;
    sum += value;
  }
  if (found.count < 2) return found;
  found.mean = sum / static_cast<double>(found.count);
  double squares = 0;
  for (const double value : r) {
    if (value < 0) squares += (value - found.mean) * (value - found.mean);
  }
  found.deviation = std::sqrt(squares / static_cast<double>(found.count - 1));
  return found;
}

double norm(const Values& values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  return std::sqrt(squares);
}

double relative_difference(const Values& now, const Values& before) {
  double squares = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    squares += (now[i] - before[i]) * (now[i] - before[i]);
  }
  return std::sqrt(squares) / norm(before);
}

/// The loop that all of them share: `solve(w)` gives z, `weigh(r, negative, t)` new weights.
template <class Solve, class Weigh>
SpectrumBaseline reweighted(std::span<const double> y, Values weight, std::int64_t limit,
                            const Solve& solve, const Weigh& weigh) {
  SpectrumBaseline found;
  for (found.fits = 1;; ++found.fits) {
    found.values = solve(weight);
    const Values r = residual(y, found.values);
    const Negative negative = negative_part(r);
    found.converged = negative.count < 2;
    if (found.converged) break;
    Values next = weigh(r, negative, static_cast<double>(found.fits));
    found.converged = relative_difference(next, weight) < kTolerance;
    if (found.converged || found.fits == limit) break;
    weight = std::move(next);
  }
  return found;
}

double mean_deviation(const Values& r) {
  double sum = 0;
  for (const double value : r) sum += value;
  const double mean = sum / static_cast<double>(r.size());
  double squares = 0;
  for (const double value : r) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(r.size()));
}

}  // namespace

SpectrumBaseline drpls(std::span<const double> y, double smoothness, double eta) {
  const PentadiagonalRows p1 = first_difference_penalty(y.size());
  const PentadiagonalRows p2 = second_difference_penalty(y.size());
  const auto solve = [&](const Values& w) {
    PentadiagonalRows rows = p1;
    Values right(y.begin(), y.end());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t k = 0; k < 5; ++k) rows[i][k] += smoothness * (1 - eta * w[i]) * p2[i][k];
      rows[i][2] += w[i];
      right[i] *= w[i];
    }
    return solve_pentadiagonal(std::move(rows), right);
  };
  const auto weigh = [](const Values& r, const Negative& n, double t) {
    Values w(r.size());
    for (std::size_t i = 0; i < r.size(); ++i) {
      const double q =
          std::exp(std::min(t, 100.0)) * ((r[i] - (2 * n.deviation - n.mean)) / n.deviation);
      w[i] = 0.5 * (1 - q / (1 + std::abs(q)));
    }
    return w;
  };
  return reweighted(y, Values(y.size(), 1.0), 51, solve, weigh);
}

SpectrumBaseline aspls(std::span<const double> y, double smoothness) {
  const PentadiagonalRows p2 = second_difference_penalty(y.size());
  Values alpha(y.size(), 1.0);
  const auto solve = [&](const Values& w) {
    PentadiagonalRows rows = p2;
    Values right(y.begin(), y.end());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (long double& entry : rows[i]) entry *= smoothness * alpha[i];
      rows[i][2] += w[i];
      right[i] *= w[i];
    }
    return solve_pentadiagonal(std::move(rows), right);
  };
  const auto weigh = [&alpha](const Values& r, const Negative& n, double) {
    double largest = 0;
    for (const double value : r) largest = std::max(largest, std::abs(value));
    Values w(r.size());
    for (std::size_t i = 0; i < r.size(); ++i) {
      w[i] = 1 / (1 + std::exp(std::min(0.5 * (r[i] - n.deviation) / n.deviation, 700.0)));
      alpha[i] = std::abs(r[i]) / largest;
    }
    return w;
  };
  return reweighted(y, Values(y.size(), 1.0), 101, solve, weigh);
}

SpectrumBaseline iasls(std::span<const double> y, double smoothness, double asymmetry,
                       double first_order) {
  const std::size_t n = y.size();
  const PentadiagonalRows p1 = first_difference_penalty(n);
  const PentadiagonalRows p2 = second_difference_penalty(n);
  const auto weigh = [asymmetry](const Values& r, const Negative&, double) {
    Values w(r.size());
    for (std::size_t i = 0; i < r.size(); ++i) w[i] = r[i] > 0 ? asymmetry : 1 - asymmetry;
    return w;
  };
  const auto solve = [&](const Values& w) {
    PentadiagonalRows rows(n);
    Values right(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < 5; ++k) {
        rows[i][k] = smoothness * p2[i][k] + first_order * p1[i][k];
        if (i + k >= 2 && i + k - 2 < n)
          right[i] += first_order * static_cast<double>(p1[i][k]) * y[i + k - 2];
      }
      rows[i][2] += w[i] * w[i];
      right[i] += w[i] * w[i] * y[i];
    }
    return solve_pentadiagonal(std::move(rows), right);
  };
  const Values fit = PolynomialFit(n, 2).fit(y);
  return reweighted(y, weigh(residual(y, fit), {}, 0), 51, solve, weigh);
}

SpectrumBaseline modpoly(std::span<const double> y, std::int64_t order) {
  const PolynomialFit polynomial(y.size(), order);
  Values lowered(y.begin(), y.end());
  SpectrumBaseline found{polynomial.fit(lowered), 0, false};
  while (!found.converged && found.fits < 250) {
    for (std::size_t i = 0; i < lowered.size(); ++i) {
      lowered[i] = std::min(lowered[i], found.values[i]);
    }
    Values next = polynomial.fit(lowered);
    ++found.fits;
    found.converged = relative_difference(next, found.values) < kTolerance;
    found.values = std::move(next);
  }
  return found;
}

SpectrumBaseline imodpoly(std::span<const double> y, std::int64_t order) {
  SpectrumBaseline found{PolynomialFit(y.size(), order).fit(y), 0, false};
  double deviation = mean_deviation(residual(y, found.values));
  std::vector<bool> kept(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) kept[i] = y[i] < found.values[i] + deviation;
  const PolynomialFit polynomial(y.size(), order, kept);
  Values lowered(y.begin(), y.end());
  while (!found.converged && found.fits < 250) {
    for (std::size_t i = 0; i < lowered.size(); ++i) {
      lowered[i] = std::min(lowered[i], found.values[i] + deviation);
    }
    found.values = polynomial.fit(lowered);
    ++found.fits;
    const double next = mean_deviation(residual(lowered, found.values));
    found.converged = std::abs(next - deviation) < kTolerance * next;
    deviation = next;
  }
  return found;
}

SpectrumBaseline snip(std::span<const double> y, std::int64_t widest) {
  Values v(y.begin(), y.end());
  const auto n = static_cast<std::int64_t>(v.size());
  for (std::int64_t p = std::min(widest, (n - 1) / 2); p >= 1; --p) {
    Values next = v;
    for (std::int64_t i = p; i < n - p; ++i) {
      const auto at = static_cast<std::size_t>(i), step = static_cast<std::size_t>(p);
      next[at] = std::min(v[at], 0.5 * (v[at - step] + v[at + step]));
    }
    v = std::move(next);
  }
  return {std::move(v), widest, true};
}

SpectrumBaseline rubberband(std::span<const double> y, std::span<const double> x) {
  return {lower_hull(y, x), 1, true};
}

}  // namespace parfocal::solvers
