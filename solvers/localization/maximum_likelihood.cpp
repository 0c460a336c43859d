// SPDX-License-Identifier: Apache-2.0
#include "solvers/localization/maximum_likelihood.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/check.h"
#include "solvers/localization/scoring_step.h"

namespace parfocal::solvers {
namespace {

constexpr int kLanes = kEmitterLanes;
constexpr int kMost = kMaxEmitterParameters;
constexpr double kFirstDamping = 1e-3;
constexpr double kLargestDamping = 1e8;

using Values = double[kMost][kLanes];

/// Fits of one block of lanes.
class LaneFits {
 public:
  LaneFits(const EmitterBlock& block, const FitOptions& options)
      : block_(block),
        options_(options),
        parameters_(block.parameters()),
        n_(static_cast<int>(parameters_.size())),
        pixels_(block.n_y() * block.n_x()) {
    counts_.resize(static_cast<std::size_t>(pixels_ * kLanes));
  }

  void run(const FitWindows& windows, std::int64_t first, int used, Fits& fits) {
    load(windows, first, used);
    start();
    for (iteration_ = 1; iteration_ <= options_.iterations && any_active(); ++iteration_) {
      step();
    }
    for (int l = 0; l < used; ++l) save(first + l, l, fits);
  }

 private:
  /// Unused lanes repeat the last window.
  void load(const FitWindows& windows, std::int64_t first, int used) {
    const bool noisy = !windows.variance.empty();
    variance_.resize(noisy ? counts_.size() : 0);
    for (int l = 0; l < kLanes; ++l) {
      const auto from = static_cast<std::size_t>((first + std::min(l, used - 1)) * pixels_);
      active_[l] = true;
      saturation_[l] = 0;
      for (std::int64_t p = 0; p < pixels_; ++p) {
        const auto at = static_cast<std::size_t>(p * kLanes + l);
        const double v = noisy ? windows.variance[from + static_cast<std::size_t>(p)] : 0.0;
        double d = windows.counts[from + static_cast<std::size_t>(p)] + v;
        if (!std::isfinite(d)) {
          active_[l] = false;
          state_[l] = FitState::kUnusable;
          d = 0;
        }
        counts_[at] = d;
        if (noisy) variance_[at] = std::isfinite(v) ? v : 0.0;
        if (d > 0) saturation_[l] += d * std::log(d) - d;
      }
    }
    view_ = {counts_.data(), noisy ? variance_.data() : nullptr};
  }

  void start() {
    block_.start(view_, &theta_[0][0]);
    block_.evaluate(view_, &theta_[0][0], sums_);
    for (int l = 0; l < kLanes; ++l) {
      lambda_[l] = 0;
      iterations_[l] = 0;
      if (active_[l]) state_[l] = FitState::kIterationLimit;
      for (int a = 0; a < n_; ++a) deviation_[a][l] = 0;
    }
  }

  [[nodiscard]] bool any_active() const {
    return std::any_of(std::begin(active_), std::end(active_), [](bool a) { return a; });
  }

  void finish(int l, FitState state) {
    state_[l] = state;
    active_[l] = false;
  }

  void hold_at_limits() {
    for (int a = 0; a < n_; ++a) {
      const EmitterParameter& p = parameters_[static_cast<std::size_t>(a)];
      for (int l = 0; l < kLanes; ++l) {
        held_[a][l] = (theta_[a][l] <= p.low && sums_.score[a][l] < 0) ||
                      (theta_[a][l] >= p.high && sums_.score[a][l] > 0);
      }
    }
  }

  /// Ends the lanes that have arrived or cannot go on.
  void judge(const ScoringStep& found) {
    for (int l = 0; l < kLanes; ++l) {
      if (!active_[l]) continue;
      bool small = true, held = false;
      for (int a = 0; a < n_; ++a) {
        deviation_[a][l] = found.deviation[a][l];
        held = held || held_[a][l];
        small = small && (held_[a][l] ||
                          std::abs(found.step[a][l]) < options_.tolerance * found.deviation[a][l]);
      }
      if (!found.regular[l]) {
        finish(l, FitState::kSingular);
      } else if (small && lambda_[l] <= kFirstDamping) {
        finish(l, held ? FitState::kAtBound : FitState::kConverged);
      } else if (lambda_[l] > kLargestDamping) {
        finish(l, FitState::kStalled);
      }
    }
  }

  void step() {
    hold_at_limits();
    ScoringStep found;
    scoring_step(sums_, n_, held_, lambda_, found);
    judge(found);
    if (!any_active()) return;
    alignas(64) Values trial;
    for (int a = 0; a < n_; ++a) {
      const EmitterParameter& p = parameters_[static_cast<std::size_t>(a)];
      for (int l = 0; l < kLanes; ++l) {
        const double longest = p.step + p.relative_step * std::abs(theta_[a][l]);
        const double moved = theta_[a][l] + std::clamp(found.step[a][l], -longest, longest);
        trial[a][l] = active_[l] ? std::clamp(moved, p.low, p.high) : theta_[a][l];
      }
    }
    block_.evaluate(view_, &trial[0][0], trial_sums_);
    accept(trial);
  }

  void accept(const Values& trial) {
    for (int l = 0; l < kLanes; ++l) {
      if (!active_[l]) continue;
      ++iterations_[l];
      // What rounding does to a sum of many logarithms is no ascent.
      const double slack = 1e-9 + 1e-13 * std::abs(sums_.nll[l]);
      if (!(trial_sums_.nll[l] <= sums_.nll[l] + slack)) {
        lambda_[l] = std::max(kFirstDamping, 10 * lambda_[l]);
        continue;
      }
      lambda_[l] = lambda_[l] <= kFirstDamping ? 0.0 : 0.1 * lambda_[l];
      sums_.nll[l] = trial_sums_.nll[l];
      for (int a = 0; a < n_; ++a) {
        theta_[a][l] = trial[a][l];
        sums_.score[a][l] = trial_sums_.score[a][l];
      }
      for (int k = 0; k < n_ * (n_ + 1) / 2; ++k) sums_.fisher[k][l] = trial_sums_.fisher[k][l];
    }
  }

  void save(std::int64_t fit, int l, Fits& fits) const {
    const auto at = static_cast<std::size_t>(fit);
    for (int a = 0; a < n_; ++a) {
      const auto place = at * static_cast<std::size_t>(n_) + static_cast<std::size_t>(a);
      fits.theta[place] = theta_[a][l];
      fits.deviation[place] = deviation_[a][l];
    }
    fits.deviance[at] = 2 * (sums_.nll[l] + saturation_[l]);
    fits.iterations[at] = iterations_[l];
    fits.state[at] = state_[l];
  }

  const EmitterBlock& block_;
  const FitOptions& options_;
  const std::vector<EmitterParameter>& parameters_;
  int n_;
  std::int64_t pixels_;
  std::vector<double> counts_, variance_;
  EmitterWindows view_;
  alignas(64) Values theta_, deviation_;
  bool held_[kMost][kLanes];
  double lambda_[kLanes];
  double saturation_[kLanes];  // Of the saturated model: sum d log d - d.
  bool active_[kLanes];
  FitState state_[kLanes];
  std::int32_t iterations_[kLanes];
  std::int64_t iteration_ = 0;
  EmitterSums sums_, trial_sums_;
};

}  // namespace

std::string_view name_of(FitState state) {
  constexpr std::array<std::string_view, kFitStates> kNames{
      "converged", "at_bound", "iteration_limit", "stalled", "singular", "unusable"};
  return kNames[static_cast<std::size_t>(state)];
}

void Fits::resize(std::int64_t fits, std::int64_t parameters) {
  n_parameters = parameters;
  const auto count = static_cast<std::size_t>(fits);
  theta.resize(count * static_cast<std::size_t>(parameters));
  deviation.resize(theta.size());
  deviance.resize(count);
  iterations.resize(count);
  state.resize(count);
}

void fit_emitters(const EmitterBlock& block, const FitWindows& windows, const FitOptions& options,
                  std::int64_t first, std::int64_t end, Fits& fits) {
  const std::int64_t pixels = block.n_y() * block.n_x();
  PARFOCAL_CHECK(static_cast<std::int64_t>(windows.counts.size()) == fits.size() * pixels);
  if (!windows.variance.empty()) PARFOCAL_CHECK(windows.variance.size() == windows.counts.size());
  PARFOCAL_CHECK(block.parameters().size() <= static_cast<std::size_t>(kMost));
  LaneFits lanes(block, options);
  for (std::int64_t at = first; at < end; at += kLanes) {
    lanes.run(windows, at, static_cast<int>(std::min<std::int64_t>(kLanes, end - at)), fits);
  }
}

Fits fit_emitters(const EmitterBlock& block, const FitWindows& windows, const FitOptions& options) {
  const std::int64_t pixels = block.n_y() * block.n_x();
  const std::int64_t count = static_cast<std::int64_t>(windows.counts.size()) / pixels;
  Fits fits;
  fits.resize(count, static_cast<std::int64_t>(block.parameters().size()));
  fit_emitters(block, windows, options, 0, count, fits);
  return fits;
}

}  // namespace parfocal::solvers
