// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/active_set.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"

namespace parfocal::solvers {
namespace {

/// One program being solved: which species are in use, and the present c >= 0.
class ActiveSet {
 public:
  explicit ActiveSet(const QuadraticProgram& program)
      : p_(program), k_(program.b.size()), used_(k_, false), c_(k_, 0.0) {
    double largest = 0;
    for (std::size_t i = 0; i < k_; ++i) {
      largest = std::max(largest, std::abs(p_.b[i]) + std::abs(p_.g[i * k_ + i]) * p_.sum_to_one);
    }
    tolerance_ = 1e-13 * largest;
    if (p_.sum_to_one) start_at_best_species();
  }

  std::vector<double> run() {
    for (std::size_t round = 0; round < 10 * k_ + 10; ++round) {
      if (round > 0 || p_.sum_to_one) settle();
      const std::size_t next = most_wanted();
      if (next == k_) break;
      used_[next] = true;
    }
    return c_;
  }

 private:
  void start_at_best_species() {
    std::size_t best = 0;
    const auto value = [&](std::size_t i) { return 0.5 * p_.g[i * k_ + i] - p_.b[i]; };
    for (std::size_t i = 1; i < k_; ++i) {
      if (value(i) < value(best)) best = i;
    }
    used_[best] = true;
    c_[best] = 1.0;
  }

  [[nodiscard]] double gradient(std::size_t i) const {
    double sum = -p_.b[i];
    for (std::size_t j = 0; j < k_; ++j) sum += p_.g[i * k_ + j] * c_[j];
    return sum;
  }

  /// The minimum over the species in use, with the multiplier of the sum.
  [[nodiscard]] std::vector<double> free_minimum() {
    std::vector<std::size_t> in;
    for (std::size_t i = 0; i < k_; ++i) {
      if (used_[i]) in.push_back(i);
    }
    const std::size_t extra = p_.sum_to_one ? 1 : 0, m = in.size() + extra;
    std::vector<double> a(m * m, 0.0), b(m, 1.0);
    for (std::size_t r = 0; r < in.size(); ++r) {
      for (std::size_t s = 0; s < in.size(); ++s) a[r * m + s] = p_.g[in[r] * k_ + in[s]];
      if (p_.sum_to_one) a[r * m + m - 1] = a[(m - 1) * m + r] = 1.0;
      b[r] = p_.b[in[r]];
    }
    const std::vector<double> found = solve_dense(std::move(a), std::move(b));
    multiplier_ = p_.sum_to_one ? found.back() : 0.0;
    std::vector<double> c(k_, 0.0);
    for (std::size_t r = 0; r < in.size(); ++r) c[in[r]] = found[r];
    return c;
  }

  /// Walks to the minimum over the species in use, dropping those that reach 0 on the way.
  void settle() {
    while (std::any_of(used_.begin(), used_.end(), [](bool u) { return u; })) {
      const std::vector<double> target = free_minimum();
      double step = 1.0;
      for (std::size_t i = 0; i < k_; ++i) {
        if (used_[i] && target[i] <= 0) step = std::min(step, c_[i] / (c_[i] - target[i]));
      }
      bool dropped = false;
      for (std::size_t i = 0; i < k_; ++i) {
        if (!used_[i]) continue;
        const bool blocks = target[i] <= 0 && c_[i] / (c_[i] - target[i]) <= step;
        c_[i] = blocks ? 0.0 : c_[i] + step * (target[i] - c_[i]);
        if (blocks) used_[i] = false;
        dropped = dropped || blocks;
      }
      if (!dropped) {
        c_ = target;
        return;
      }
    }
  }

  /// The unused species whose growth lowers the objective most; k if there is none.
  [[nodiscard]] std::size_t most_wanted() const {
    std::size_t best = k_;
    double lowest = -tolerance_;
    for (std::size_t i = 0; i < k_; ++i) {
      const double g = used_[i] ? 0.0 : gradient(i) + multiplier_;
      if (g < lowest) {
        lowest = g;
        best = i;
      }
    }
    return best;
  }

  const QuadraticProgram& p_;
  std::size_t k_;
  std::vector<bool> used_;
  std::vector<double> c_;
  double multiplier_ = 0.0, tolerance_ = 0.0;
};

}  // namespace

std::vector<double> solve_dense(std::vector<double> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i + 1; r < n; ++r) {
      if (std::abs(a[r * n + i]) > std::abs(a[pivot * n + i])) pivot = r;
    }
    if (!(std::abs(a[pivot * n + i]) > 0)) {
      throw NumericError("unmixing: the spectra are linearly dependent; leave one of them out");
    }
    for (std::size_t c = 0; c < n; ++c) std::swap(a[i * n + c], a[pivot * n + c]);
    std::swap(b[i], b[pivot]);
    for (std::size_t r = i + 1; r < n; ++r) {
      const double f = a[r * n + i] / a[i * n + i];
      for (std::size_t c = i; c < n; ++c) a[r * n + c] -= f * a[i * n + c];
      b[r] -= f * b[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t c = i + 1; c < n; ++c) b[i] -= a[i * n + c] * b[c];
    b[i] /= a[i * n + i];
  }
  return b;
}

std::vector<double> solve_active_set(const QuadraticProgram& program) {
  return ActiveSet(program).run();
}

std::vector<double> bound_of(const std::vector<double>& fisher, std::size_t k, bool sum_to_one) {
  std::vector<std::vector<double>> columns;
  std::vector<double> sums(k, 0.0);
  double total = 0;
  for (std::size_t i = 0; i < k; ++i) {
    std::vector<double> unit(k, 0.0);
    unit[i] = 1.0;
    columns.push_back(solve_dense(fisher, unit));
    for (const double value : columns.back()) sums[i] += value;
    total += sums[i];
  }
  std::vector<double> variance(k);
  for (std::size_t i = 0; i < k; ++i) {
    variance[i] = columns[i][i] - (sum_to_one ? sums[i] * sums[i] / total : 0.0);
  }
  return variance;
}

}  // namespace parfocal::solvers
