// SPDX-License-Identifier: Apache-2.0
#include "solvers/localization/scoring_step.h"

#include <cmath>

namespace parfocal::solvers {
namespace {

constexpr int kLanes = kEmitterLanes;
constexpr int kMost = kMaxEmitterParameters;
/// Below, a parameter is a combination of the others to rounding.
constexpr double kSmallestPivot = 1e-12;

using Matrix = double[kMost][kMost][kLanes];

/// Unit diagonal, held parameters apart from the others; `scale` is what a parameter was divided
/// by.
void scale_information(const EmitterSums& sums, int n, const bool (&held)[kMost][kLanes], Matrix& f,
                       double (&scale)[kMost][kLanes], bool (&regular)[kLanes]) {
  int entry = 0;
  for (int a = 0; a < n; ++a) {
    for (int l = 0; l < kLanes; ++l) {
      const double diagonal = sums.fisher[entry][l];
      const bool good = std::isfinite(diagonal) && diagonal > 0;
      if (!good && !held[a][l]) regular[l] = false;
      scale[a][l] = good ? 1.0 / std::sqrt(diagonal) : 1.0;
    }
    entry += n - a;
  }
  entry = 0;
  for (int a = 0; a < n; ++a) {
    for (int b = a; b < n; ++b, ++entry) {
      for (int l = 0; l < kLanes; ++l) {
        const bool apart = held[a][l] || held[b][l];
        const double value = sums.fisher[entry][l] * scale[a][l] * scale[b][l];
        f[b][a][l] = a == b ? 1.0 : (apart ? 0.0 : value);
      }
    }
  }
}

/// The lower factor of f + lambda I.
void factor(const Matrix& f, int n, const double* lambda, Matrix& lower, bool (&regular)[kLanes]) {
  for (int a = 0; a < n; ++a) {
    for (int b = a; b < n; ++b) {
      for (int l = 0; l < kLanes; ++l) {
        double sum = f[b][a][l] + (a == b && lambda != nullptr ? lambda[l] : 0.0);
        for (int k = 0; k < a; ++k) sum -= lower[b][k][l] * lower[a][k][l];
        if (a != b) {
          lower[b][a][l] = sum / lower[a][a][l];
          continue;
        }
        if (!(sum > kSmallestPivot)) regular[l] = false;
        lower[a][a][l] = sum > kSmallestPivot ? std::sqrt(sum) : 1.0;
      }
    }
  }
}

/// Diagonal of the inverse: the squared columns of the inverse factor.
void inverse_diagonal(const Matrix& lower, int n, double (&diagonal)[kMost][kLanes]) {
  for (int l = 0; l < kLanes; ++l) {
    for (int c = 0; c < n; ++c) {
      double column[kMost];
      double sum = 0;
      for (int a = c; a < n; ++a) {
        double value = a == c ? 1.0 : 0.0;
        for (int k = c; k < a; ++k) value -= lower[a][k][l] * column[k];
        column[a] = value / lower[a][a][l];
        sum += column[a] * column[a];
      }
      diagonal[c][l] = sum;
    }
  }
}

void solve(const Matrix& lower, int n, double (&x)[kMost][kLanes]) {
  for (int a = 0; a < n; ++a) {
    for (int l = 0; l < kLanes; ++l) {
      for (int k = 0; k < a; ++k) x[a][l] -= lower[a][k][l] * x[k][l];
      x[a][l] /= lower[a][a][l];
    }
  }
  for (int a = n - 1; a >= 0; --a) {
    for (int l = 0; l < kLanes; ++l) {
      for (int k = a + 1; k < n; ++k) x[a][l] -= lower[k][a][l] * x[k][l];
      x[a][l] /= lower[a][a][l];
    }
  }
}

}  // namespace

void scoring_step(const EmitterSums& sums, int parameters, const bool (&held)[kMost][kLanes],
                  const double (&lambda)[kLanes], ScoringStep& result) {
  alignas(64) Matrix f, lower;
  alignas(64) double scale[kMost][kLanes], diagonal[kMost][kLanes];
  for (bool& regular : result.regular) regular = true;
  scale_information(sums, parameters, held, f, scale, result.regular);
  factor(f, parameters, nullptr, lower, result.regular);
  inverse_diagonal(lower, parameters, diagonal);
  const auto solved = [&](double(&step)[kMost][kLanes]) {
    for (int a = 0; a < parameters; ++a) {
      for (int l = 0; l < kLanes; ++l)
        step[a][l] = held[a][l] ? 0.0 : sums.score[a][l] * scale[a][l];
    }
    solve(lower, parameters, step);
    for (int a = 0; a < parameters; ++a) {
      for (int l = 0; l < kLanes; ++l) step[a][l] *= scale[a][l];
    }
  };
  solved(result.full_step);
  for (int a = 0; a < parameters; ++a) {
    for (int l = 0; l < kLanes; ++l) {
      result.deviation[a][l] = held[a][l] ? 0.0 : scale[a][l] * std::sqrt(diagonal[a][l]);
      result.step[a][l] = result.full_step[a][l];
    }
  }
  bool damped = false;
  for (const double value : lambda) damped = damped || value > 0;
  if (!damped) return;
  factor(f, parameters, lambda, lower, result.regular);
  solved(result.step);
}

}  // namespace parfocal::solvers
