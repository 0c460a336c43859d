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
constexpr double kSlow = 0.5, kLargestGain = 10;  // Of a step, see set_gains.

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
    starts_.resize(static_cast<std::size_t>(block.starts() * n_ * kLanes));
  }

  void run(const FitWindows& windows, std::int64_t first, int used, Fits& fits) {
    load(windows, first, used);
    block_.start(view_, starts_.data());
    for (int s = 0; s < block_.starts(); ++s) {
      start(s);
      for (iteration_ = 1; iteration_ <= options_.iterations && any_active(); ++iteration_) {
        step();
      }
      for (int l = 0; l < used; ++l) {
        if (tried_[l] && (s == 0 || is_better(fits, first + l, l))) save(first + l, l, fits);
      }
    }
  }

 private:
  /// Unused lanes repeat the last window.
  void load(const FitWindows& windows, std::int64_t first, int used) {
    const bool noisy = !windows.variance.empty();
    variance_.resize(noisy ? counts_.size() : 0);
    for (int l = 0; l < kLanes; ++l) {
      const auto from = static_cast<std::size_t>((first + std::min(l, used - 1)) * pixels_);
      usable_[l] = true;
      saturation_[l] = 0;
      for (std::int64_t p = 0; p < pixels_; ++p) {
        const auto at = static_cast<std::size_t>(p * kLanes + l);
        const double v = noisy ? windows.variance[from + static_cast<std::size_t>(p)] : 0.0;
        double d = windows.counts[from + static_cast<std::size_t>(p)] + v;
        if (!std::isfinite(d)) {
          usable_[l] = false;
          d = 0;
        }
        counts_[at] = d;
        if (noisy) variance_[at] = std::isfinite(v) ? v : 0.0;
        if (d > 0) saturation_[l] += d * std::log(d) - d;
      }
    }
    view_ = {counts_.data(), noisy ? variance_.data() : nullptr, nullptr};
  }

  void start(int which) {
    for (int l = 0; l < kLanes; ++l) {
      const auto guess = [&](int start, int a) {
        return starts_[static_cast<std::size_t>((start * n_ + a) * kLanes + l)];
      };
      const bool worth = !std::isnan(guess(which, 0));
      tried_[l] = worth;
      active_[l] = worth && usable_[l];
      lambda_[l] = 0;
      gain_[l] = 1;
      known_[l] = false;
      iterations_[l] = 0;
      state_[l] = usable_[l] ? FitState::kIterationLimit : FitState::kUnusable;
      for (int a = 0; a < n_; ++a) {
        theta_[a][l] = guess(worth ? which : 0, a);
        deviation_[a][l] = 0;
      }
    }
    view_.wanted = which == 0 ? nullptr : active_;
    block_.evaluate(view_, &theta_[0][0], sums_);
    view_.wanted = active_;
  }

  /// Than what an earlier start led to.
  [[nodiscard]] bool is_better(const Fits& fits, std::int64_t fit, int l) const {
    const auto at = static_cast<std::size_t>(fit);
    return !(2 * (sums_.nll[l] + saturation_[l]) >= fits.deviance[at]);
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
        small = small && (held_[a][l] || std::abs(found.full_step[a][l]) <
                                             options_.tolerance * found.deviation[a][l]);
      }
      if (!found.regular[l]) {
        finish(l, FitState::kSingular);
      } else if (small) {
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
    set_gains(found);
    alignas(64) Values trial;
    for (int a = 0; a < n_; ++a) {
      const EmitterParameter& p = parameters_[static_cast<std::size_t>(a)];
      for (int l = 0; l < kLanes; ++l) {
        const double longest = p.step + p.relative_step * std::abs(theta_[a][l]);
        const double wanted = gain_[l] * found.step[a][l];
        const double moved = theta_[a][l] + std::clamp(wanted, -longest, longest);
        trial[a][l] = active_[l] ? std::clamp(moved, p.low, p.high) : theta_[a][l];
      }
    }
    block_.evaluate(view_, &trial[0][0], trial_sums_);
    accept(trial);
  }

  /// Where the last full step left the part rho of itself, the step that would have left none: the
  /// counts of a dim emitter may know much more or less than is expected of them.
  void set_gains(const ScoringStep& found) {
    for (int l = 0; l < kLanes; ++l) {
      double both = 0, before = 0;
      for (int a = 0; a < n_; ++a) {
        const double weight = found.deviation[a][l] > 0 ? 1 / found.deviation[a][l] : 0.0;
        const double last = before_[a][l] * weight;
        both += last * found.full_step[a][l] * weight;
        before += last * last;
        before_[a][l] = found.full_step[a][l];
      }
      const double rho = both / before;
      const bool slow = known_[l] && lambda_[l] == 0 && std::abs(rho) > kSlow;
      gain_[l] =
          slow ? std::clamp(gain_[l] / std::max(1 - rho, 1e-3), 1 / kLargestGain, kLargestGain)
               : 1.0;
    }
  }

  void accept(const Values& trial) {
    for (int l = 0; l < kLanes; ++l) {
      if (!active_[l]) continue;
      ++iterations_[l];
      // What rounding does to a sum of many logarithms is no ascent.
      const double slack = 1e-9 + 1e-13 * std::abs(sums_.nll[l]);
      if (!(trial_sums_.nll[l] <= sums_.nll[l] + slack)) {
        if (gain_[l] <= 1) lambda_[l] = std::max(kFirstDamping, 10 * lambda_[l]);
        gain_[l] = 1;
        known_[l] = false;
        continue;
      }
      known_[l] = lambda_[l] == 0;
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
  std::vector<double> counts_, variance_, starts_;
  EmitterWindows view_;
  alignas(64) Values theta_, deviation_;
  bool held_[kMost][kLanes];
  double lambda_[kLanes], gain_[kLanes];
  bool known_[kLanes];  // Whether the last step was full and taken.
  alignas(64) Values before_;
  double saturation_[kLanes];  // Of the saturated model: sum d log d - d.
  bool usable_[kLanes], tried_[kLanes], active_[kLanes];
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
