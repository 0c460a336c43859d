// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/abundances.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/check.h"
#include "core/error.h"
#include "solvers/spectral/active_set.h"

namespace parfocal::solvers {
namespace {

constexpr int kMultiplicativeSteps = 30, kScoringSteps = 200;
constexpr double kStandsStill = 1e-12;

double negative_log_likelihood(std::span<const double> counts, const std::vector<double>& mean,
                               std::span<const double> counting) {
  double sum = 0;
  for (std::size_t j = 0; j < counts.size(); ++j) {
    if (counting[j] == 0) continue;
    sum += mean[j] - (counts[j] > 0 ? counts[j] * std::log(mean[j]) : 0.0);
  }
  return sum;
}

}  // namespace

AbundanceSolver::AbundanceSolver(std::span<const double> spectra, std::int64_t species)
    : spectra_(spectra.begin(), spectra.end()),
      n_(spectra.size() / static_cast<std::size_t>(species)),
      k_(static_cast<std::size_t>(species)) {
  PARFOCAL_CHECK(n_ * k_ == spectra.size());
  require_independent();
}

/// Elimination of the Gram matrix of unit diagonal: a pivot is the share of a spectrum that the ones
/// before it do not explain.
void AbundanceSolver::require_independent() const {
  std::vector<double> g = gram(std::vector<double>(n_, 1.0));
  std::vector<double> unit(k_);
  for (std::size_t a = 0; a < k_; ++a) unit[a] = std::sqrt(g[a * k_ + a]);
  for (std::size_t a = 0; a < k_; ++a) {
    const double share = g[a * k_ + a] / (unit[a] * unit[a]);
    if (!(share > 1e-12)) {
      throw NumericError("unmixing: spectrum " + std::to_string(a) +
                         " is a mixture of those before it; leave it out");
    }
    for (std::size_t r = a + 1; r < k_; ++r) {
      const double f = g[r * k_ + a] / g[a * k_ + a];
      for (std::size_t c = a; c < k_; ++c) g[r * k_ + c] -= f * g[a * k_ + c];
    }
  }
}

std::vector<double> AbundanceSolver::gram(std::span<const double> weight) const {
  std::vector<double> g(k_ * k_, 0.0);
  for (std::size_t j = 0; j < n_; ++j) {
    const double* s = spectra_.data() + j * k_;
    for (std::size_t a = 0; a < k_; ++a) {
      for (std::size_t b = 0; b < k_; ++b) g[a * k_ + b] += weight[j] * s[a] * s[b];
    }
  }
  return g;
}

std::vector<double> AbundanceSolver::project(std::span<const double> weighted) const {
  std::vector<double> b(k_, 0.0);
  for (std::size_t j = 0; j < n_; ++j) {
    for (std::size_t a = 0; a < k_; ++a) b[a] += spectra_[j * k_ + a] * weighted[j];
  }
  return b;
}

std::vector<double> AbundanceSolver::mean(const std::vector<double>& c,
                                          std::span<const double> background) const {
  std::vector<double> m(background.begin(), background.end());
  for (std::size_t j = 0; j < n_; ++j) {
    for (std::size_t a = 0; a < k_; ++a) m[j] += spectra_[j * k_ + a] * c[a];
    m[j] = std::max(m[j], 1e-300);
  }
  return m;
}

Abundances AbundanceSolver::solve(Unmixing kind, std::span<const double> y,
                                  std::span<const double> weight) const {
  PARFOCAL_CHECK(y.size() == n_);
  PARFOCAL_CHECK(weight.size() == n_);
  PARFOCAL_CHECK(kind != Unmixing::kPoisson);
  std::vector<double> weighted(n_);
  for (std::size_t j = 0; j < n_; ++j) weighted[j] = weight[j] > 0 ? weight[j] * y[j] : 0.0;
  QuadraticProgram program{gram(weight), project(weighted), kind == Unmixing::kSumToOne};
  Abundances found;
  found.variance = bound_of(program.g, k_, program.sum_to_one);
  found.values = kind == Unmixing::kLeastSquares ? solve_dense(program.g, program.b)
                                                 : solve_active_set(program);
  found.iterations = 1;
  for (std::size_t j = 0; j < n_; ++j) {
    if (!(weight[j] > 0)) continue;
    double r = y[j];
    for (std::size_t a = 0; a < k_; ++a) r -= spectra_[j * k_ + a] * found.values[a];
    found.residual += weight[j] * r * r;
  }
  return found;
}

Abundances AbundanceSolver::solve_poisson(std::span<const double> counts,
                                          std::span<const double> background,
                                          std::span<const double> counting) const {
  PARFOCAL_CHECK(counts.size() == n_);
  const std::vector<double> sums = project(counting);
  double light = 0;
  for (std::size_t j = 0; j < n_; ++j) light += counting[j] != 0 ? counts[j] : 0.0;
  Abundances found;
  for (std::size_t a = 0; a < k_; ++a) {
    found.values.push_back(std::max(light, 1.0) / (static_cast<double>(k_) * sums[a]));
  }
  std::vector<double>& c = found.values;
  std::vector<double> m = mean(c, background), ratio(n_), weight(n_), weighted(n_);
  for (int step = 0; step < kMultiplicativeSteps; ++step, ++found.iterations) {
    for (std::size_t j = 0; j < n_; ++j) ratio[j] = counting[j] != 0 ? counts[j] / m[j] : 0.0;
    const std::vector<double> gain = project(ratio);
    for (std::size_t a = 0; a < k_; ++a) c[a] *= gain[a] / sums[a];
    m = mean(c, background);
  }
  double objective = negative_log_likelihood(counts, m, counting);
  for (int step = 0; step < kScoringSteps; ++step, ++found.iterations) {
    for (std::size_t j = 0; j < n_; ++j) {
      weight[j] = counting[j] / m[j];
      weighted[j] = counting[j] != 0 ? weight[j] * (counts[j] - background[j]) : 0.0;
    }
    const std::vector<double> target = solve_active_set({gram(weight), project(weighted)});
    double length = 1.0, moved = 0, size = 0;
    std::vector<double> next(k_), next_mean;
    double next_objective = 0;
    for (int halving = 0; halving < 40; ++halving, length *= 0.5) {
      for (std::size_t a = 0; a < k_; ++a) next[a] = c[a] + length * (target[a] - c[a]);
      next_mean = mean(next, background);
      next_objective = negative_log_likelihood(counts, next_mean, counting);
      if (next_objective <= objective + 1e-14 * std::abs(objective)) break;
    }
    for (std::size_t a = 0; a < k_; ++a) {
      moved = std::max(moved, std::abs(next[a] - c[a]));
      size = std::max(size, std::abs(next[a]));
    }
    c = next;
    m = next_mean;
    objective = next_objective;
    if (moved <= kStandsStill * size) break;
  }
  for (std::size_t j = 0; j < n_; ++j) {
    weight[j] = counting[j] / m[j];
    if (counting[j] != 0) found.residual += (counts[j] - m[j]) * (counts[j] - m[j]) / m[j];
  }
  found.variance = bound_of(gram(weight), k_, false);
  return found;
}

}  // namespace parfocal::solvers
