// SPDX-License-Identifier: Apache-2.0
#include "forward_models/raman/filter_design.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "core/check.h"

namespace parfocal::raman {
namespace {

using Values = std::vector<double>;

constexpr double kSharpest = 20.0, kRate = 0.2;
constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// Inverse of a symmetric k x k matrix by Gauss-Jordan; empty where it is singular.
Values inverse_of(Values a, std::size_t k) {
  Values inverse(k * k, 0.0);
  double largest = 0;
  for (std::size_t i = 0; i < k; ++i) {
    inverse[i * k + i] = 1.0;
    largest = std::max(largest, a[i * k + i]);
  }
  for (std::size_t i = 0; i < k; ++i) {
    const double pivot = a[i * k + i];
    if (!(pivot > 1e-14 * largest)) return {};
    for (std::size_t c = 0; c < k; ++c) {
      a[i * k + c] /= pivot;
      inverse[i * k + c] /= pivot;
    }
    for (std::size_t r = 0; r < k; ++r) {
      const double f = a[r * k + i];
      if (r == i || f == 0) continue;
      for (std::size_t c = 0; c < k; ++c) {
        a[r * k + c] -= f * a[i * k + c];
        inverse[r * k + c] -= f * inverse[i * k + c];
      }
    }
  }
  return inverse;
}

double trace_of_inverse(const Values& fisher, std::size_t k) {
  const Values inverse = inverse_of(fisher, k);
  if (inverse.empty()) return kInfinite;
  double trace = 0;
  for (std::size_t i = 0; i < k; ++i) trace += inverse[i * k + i];
  return trace > 0 ? trace : kInfinite;
}

void add_outer(Values& fisher, const Values& g, double factor) {
  const std::size_t k = g.size();
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t b = 0; b < k; ++b) fisher[a * k + b] += factor * g[a] * g[b];
  }
}

/// What the filters look at: the light of every channel in terms of the species.
class Light {
 public:
  explicit Light(const FilterProblem& p) : p_(p), k_(p.species()), all_(k_, 0.0) {
    PARFOCAL_CHECK(p.channels() * k_ == p.spectra.size());
    for (std::size_t j = 0; j < p.channels(); ++j) {
      for (std::size_t a = 0; a < k_; ++a) {
        rows_.push_back((p.efficiency.empty() ? 1.0 : p.efficiency[j]) * p.spectra[j * k_ + a]);
        all_[a] += rows_.back();
      }
    }
  }

  [[nodiscard]] std::size_t species() const { return k_; }
  [[nodiscard]] const double* row(std::size_t j) const { return rows_.data() + j * k_; }
  [[nodiscard]] double mean(const Values& g) const {
    double sum = 0;
    for (std::size_t a = 0; a < k_; ++a) sum += g[a] * p_.shares[a];
    return sum;
  }
  /// sum_j F_j eta_j s_j
  [[nodiscard]] Values open(const double* filter) const {
    Values sum(k_, 0.0);
    for (std::size_t j = 0; j < p_.channels(); ++j) {
      for (std::size_t a = 0; a < k_; ++a) sum[a] += filter[j] * row(j)[a];
    }
    return sum;
  }
  /// The row of a port per time, from what its filter opens; port 1 is the other one.
  [[nodiscard]] Values port(const Values& open, int which) const {
    Values g(k_);
    for (std::size_t a = 0; a < k_; ++a) {
      const double passed = which == 0 ? open[a] : all_[a] - open[a];
      g[a] = passed + p_.leak * (all_[a] - passed);
    }
    return g;
  }
  /// Adds the information of one filter, `sign` -1 takes it away.
  void add(const Values& open, double time, double sign, Values& fisher) const {
    for (int which = 0; which < (p_.two_ports ? 2 : 1); ++which) {
      const Values g = port(open, which);
      const double mu = mean(g);
      if (mu > 1e-300) add_outer(fisher, g, sign * time / mu);
    }
  }

 private:
  const FilterProblem& p_;
  std::size_t k_;
  Values all_, rows_;
};

Values fisher_of(const Light& light, const FilterProblem& problem, const FilterDesign& design) {
  Values fisher(light.species() * light.species(), 0.0);
  for (std::size_t m = 0; m < design.times.size(); ++m) {
    light.add(light.open(design.filters.data() + m * problem.channels()), design.times[m], 1.0,
              fisher);
  }
  return fisher;
}

void normalize(Values& times) {
  double sum = 0;
  for (const double t : times) sum += t;
  for (double& t : times) t /= sum;
}

/// One start of the coordinate exchange.
class Exchange {
 public:
  Exchange(const FilterProblem& problem, FilterDesign start)
      : problem_(problem), light_(problem), design_(std::move(start)) {
    for (std::size_t m = 0; m < design_.times.size(); ++m) {
      opened_.push_back(light_.open(design_.filters.data() + m * problem.channels()));
    }
    bound_ = abundance_bound(problem_, design_);
  }

  FilterDesign run(bool free_times) {
    for (int sweep = 0; sweep < 200; ++sweep) {
      bool moved = false;
      for (std::size_t m = 0; m < design_.times.size(); ++m) {
        for (std::size_t j = 0; j < problem_.channels(); ++j) moved = turn_over(m, j) || moved;
      }
      if (free_times) moved = scale_times() || moved;
      if (!moved) break;
    }
    return design_;
  }

 private:
  /// The information of all filters but m, so that a trial costs one filter.
  [[nodiscard]] Values without(std::size_t m) const {
    Values fisher(light_.species() * light_.species(), 0.0);
    for (std::size_t other = 0; other < opened_.size(); ++other) {
      if (other != m) light_.add(opened_[other], design_.times[other], 1.0, fisher);
    }
    return fisher;
  }

  bool turn_over(std::size_t m, std::size_t j) {
    double& value = design_.filters[m * problem_.channels() + j];
    const double change = value > 0.5 ? -1.0 : 1.0;
    Values open = opened_[m];
    for (std::size_t a = 0; a < open.size(); ++a) open[a] += change * light_.row(j)[a];
    Values fisher = without(m);
    light_.add(open, design_.times[m], 1.0, fisher);
    const double bound = trace_of_inverse(fisher, light_.species());
    if (!(bound < bound_ * (1 - 1e-12))) return false;
    value += change;
    opened_[m] = std::move(open);
    bound_ = bound;
    return true;
  }

  bool scale_times() {
    bool moved = false;
    for (std::size_t m = 0; m < design_.times.size(); ++m) {
      for (const double factor : {0.7, 0.9, 0.97, 1.03, 1.1, 1.4}) {
        FilterDesign trial = design_;
        trial.times[m] *= factor;
        normalize(trial.times);
        const double bound = abundance_bound(problem_, trial);
        if (!(bound < bound_ * (1 - 1e-9))) continue;
        design_.times = trial.times;
        bound_ = bound;
        moved = true;
      }
    }
    return moved;
  }

  const FilterProblem& problem_;
  Light light_;
  FilterDesign design_;
  std::vector<Values> opened_;
  double bound_ = kInfinite;
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// Adam on one list of numbers.
class Adam {
 public:
  explicit Adam(std::size_t n) : mean_(n, 0.0), square_(n, 0.0) {}
  void step(Values& values, const Values& gradient, double rate) {
    ++count_;
    const double c1 = 1 - std::pow(0.9, count_), c2 = 1 - std::pow(0.999, count_);
    for (std::size_t i = 0; i < values.size(); ++i) {
      mean_[i] += 0.1 * (gradient[i] - mean_[i]);
      square_[i] += 0.001 * (gradient[i] * gradient[i] - square_[i]);
      values[i] -= rate * (mean_[i] / c1) / (std::sqrt(square_[i] / c2) + 1e-12);
    }
  }

 private:
  Values mean_, square_;
  int count_ = 0;
};

/// One start of the descent.
class Descent {
 public:
  Descent(const FilterProblem& problem, const FilterSearch& search, std::uint64_t seed)
      : problem_(problem), search_(search) {
    const auto m = static_cast<std::size_t>(search.filters);
    std::mt19937_64 random(seed);
    for (std::size_t i = 0; i < m * problem.channels(); ++i) {
      logits_.push_back(static_cast<double>(random() >> 11) * 0x1p-52 - 1.0);
    }
    times_.assign(m, 0.0);
  }

  FilterDesign run() {
    Adam filter_steps(logits_.size()), time_steps(times_.size());
    for (std::int64_t step = 0; step < search_.steps; ++step) {
      const double done = static_cast<double>(step) / static_cast<double>(search_.steps);
      const double sharpness = std::pow(kSharpest, done);
      const FilterDesign design = at(sharpness, false);
      const BoundGradient g = bound_gradient(problem_, design);
      const double scale = 1 / abundance_bound(problem_, design);
      Values by_logit(logits_.size()), by_time(times_.size(), 0.0);
      for (std::size_t i = 0; i < logits_.size(); ++i) {
        const double f = design.filters[i];
        by_logit[i] = scale * g.filters[i] * sharpness * f * (1 - f);
      }
      filter_steps.step(logits_, by_logit, kRate * (1 - done) + 0.01 * kRate);
      for (double& u : logits_) u = std::clamp(u, -1.0, 1.0);
      if (!search_.free_times) continue;
      double mean = 0;
      for (std::size_t m = 0; m < times_.size(); ++m) mean += design.times[m] * g.times[m];
      for (std::size_t m = 0; m < times_.size(); ++m) {
        by_time[m] = scale * design.times[m] * (g.times[m] - mean);
      }
      time_steps.step(times_, by_time, 0.02 * (1 - done));
    }
    return at(1.0, true);
  }

 private:
  [[nodiscard]] FilterDesign at(double sharpness, bool binary) const {
    FilterDesign design;
    for (const double u : logits_) {
      design.filters.push_back(binary ? (u > 0 ? 1.0 : 0.0) : sigmoid(sharpness * u));
    }
    for (const double u : times_) design.times.push_back(std::exp(u));
    normalize(design.times);
    return design;
  }

  const FilterProblem& problem_;
  const FilterSearch& search_;
  Values logits_, times_;
};

template <class Run>
FilterDesign best_of(const FilterProblem& problem, const FilterSearch& search, const Run& run) {
  PARFOCAL_CHECK(search.starts >= 1);
  FilterDesign best;
  double lowest = kInfinite;
  for (std::int64_t start = 0; start < search.starts; ++start) {
    // Starts of different seeds do not meet.
    FilterDesign found = run(search.seed * 1000003 + static_cast<std::uint64_t>(start));
    const double bound = abundance_bound(problem, found);
    if (!best.times.empty() && !(bound < lowest)) continue;
    lowest = bound;
    best = std::move(found);
  }
  return best;
}

}  // namespace

double abundance_bound(const FilterProblem& problem, const FilterDesign& design) {
  const Light light(problem);
  return trace_of_inverse(fisher_of(light, problem, design), light.species());
}

double shot_limit(const FilterProblem& problem) {
  const Light light(problem);
  Values fisher(light.species() * light.species(), 0.0);
  for (std::size_t j = 0; j < problem.channels(); ++j) {
    const Values g(light.row(j), light.row(j) + light.species());
    const double mu = light.mean(g);
    if (mu > 1e-300) add_outer(fisher, g, 1 / mu);
  }
  return trace_of_inverse(fisher, light.species());
}

BoundGradient bound_gradient(const FilterProblem& problem, const FilterDesign& design) {
  const Light light(problem);
  const std::size_t k = light.species(), n = problem.channels();
  BoundGradient found{Values(design.filters.size(), 0.0), Values(design.times.size(), 0.0)};
  const Values inverse = inverse_of(fisher_of(light, problem, design), k);
  if (inverse.empty()) return found;
  const auto times_q = [&](const Values& g) {  // I^-1 I^-1 g
    Values once(k, 0.0), twice(k, 0.0);
    for (std::size_t a = 0; a < k; ++a) {
      for (std::size_t b = 0; b < k; ++b) once[a] += inverse[a * k + b] * g[b];
    }
    for (std::size_t a = 0; a < k; ++a) {
      for (std::size_t b = 0; b < k; ++b) twice[a] += inverse[a * k + b] * once[b];
    }
    return twice;
  };
  for (std::size_t m = 0; m < design.times.size(); ++m) {
    const Values open = light.open(design.filters.data() + m * n);
    for (int which = 0; which < (problem.two_ports ? 2 : 1); ++which) {
      // Per time: I_m = t g g^T / mu.
      const Values g = light.port(open, which);
      const double mu = light.mean(g);
      if (!(mu > 1e-300)) continue;
      const Values qg = times_q(g);
      double quadratic = 0;
      for (std::size_t a = 0; a < k; ++a) quadratic += g[a] * qg[a];
      found.times[m] -= quadratic / mu;
      Values slope(k);
      for (std::size_t a = 0; a < k; ++a) {
        slope[a] = design.times[m] * (-2 * qg[a] / mu + quadratic / (mu * mu) * problem.shares[a]);
      }
      const double sign = (which == 0 ? 1.0 : -1.0) * (1 - problem.leak);
      for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t a = 0; a < k; ++a) {
          found.filters[m * n + j] += sign * light.row(j)[a] * slope[a];
        }
      }
    }
  }
  return found;
}

FilterDesign equal_bands(const FilterProblem& problem, std::int64_t filters) {
  const std::size_t n = problem.channels(), m = static_cast<std::size_t>(filters);
  FilterDesign design{Values(m * n, 0.0), Values(m, 1.0 / static_cast<double>(m))};
  for (std::size_t j = 0; j < n; ++j) design.filters[(j * m / n) * n + j] = 1.0;
  return design;
}

FilterDesign random_filters(const FilterProblem& problem, std::int64_t filters,
                            std::uint64_t seed) {
  const std::size_t n = problem.channels(), m = static_cast<std::size_t>(filters);
  std::mt19937_64 random(seed);
  FilterDesign design{Values(m * n), Values(m, 1.0 / static_cast<double>(m))};
  for (double& value : design.filters) value = (random() >> 63) != 0 ? 1.0 : 0.0;
  return design;
}

FilterDesign exchange_filters(const FilterProblem& problem, const FilterSearch& search) {
  return best_of(problem, search, [&](std::uint64_t seed) {
    return Exchange(problem, random_filters(problem, search.filters, seed)).run(search.free_times);
  });
}

FilterDesign descend_filters(const FilterProblem& problem, const FilterSearch& search) {
  return best_of(problem, search,
                 [&](std::uint64_t seed) { return Descent(problem, search, seed).run(); });
}

}  // namespace parfocal::raman
