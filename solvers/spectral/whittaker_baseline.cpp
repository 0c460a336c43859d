// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/whittaker_baseline.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/check.h"

namespace parfocal::solvers {
namespace {

constexpr std::int64_t kLanes = kWhittakerLanes;
constexpr std::int64_t kIdle = -1;

const WhittakerKernels& kernels_of(SimdLevel level) {
#if defined(PARFOCAL_SIMD_X86)
  if (level == SimdLevel::kAvx512) return avx512::kWhittaker;
  if (level == SimdLevel::kAvx2) return avx2::kWhittaker;
#endif
  static_cast<void>(level);
  return baseline::kWhittaker;
}

/// Spectra pass through the lanes; a lane that is done takes the next one.
class LaneQueue {
 public:
  LaneQueue(const WhittakerOptions& options, const RoughnessBand& band,
            std::span<const double> spectra, std::span<const double> counting,
            std::span<double> baselines, std::span<WhittakerOutcome> outcomes)
      : options_(options),
        n_(static_cast<std::int64_t>(band.diagonal.size())),
        spectra_(spectra),
        counting_(counting),
        baselines_(baselines),
        outcomes_(outcomes),
        measured_(size(), 0.0),
        counts_(size(), 0.0),
        weight_(size(), 1.0),
        smooth_(size(), 0.0),
        factor_1_(size()),
        factor_2_(size()),
        diagonal_(band.diagonal),
        above_1_(band.above_1),
        above_2_(band.above_2) {
    for (std::vector<double>* row : {&diagonal_, &above_1_, &above_2_}) {
      for (double& value : *row) value *= options.smoothness;
    }
    round_.asymmetry = options.asymmetry;
  }

  void run(const WhittakerKernels& kernels) {
    std::fill_n(owner_, kLanes, kIdle);
    for (std::int64_t lane = 0; lane < kLanes; ++lane) load_next(lane);
    const WhittakerLanes lanes{n_,
                               measured_.data(),
                               counts_.data(),
                               diagonal_.data(),
                               above_1_.data(),
                               above_2_.data(),
                               weight_.data(),
                               smooth_.data(),
                               factor_1_.data(),
                               factor_2_.data()};
    while (std::any_of(owner_, owner_ + kLanes, [](std::int64_t o) { return o != kIdle; })) {
      kernels.round(options_.rule, lanes, round_);
      for (std::int64_t lane = 0; lane < kLanes; ++lane) {
        if (owner_[lane] == kIdle || !is_done(lane)) continue;
        unload(lane);
        load_next(lane);
      }
    }
  }

 private:
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(n_ * kLanes); }

  /// Whether sample `channel` of a spectrum counts.
  [[nodiscard]] bool counts(std::int64_t spectrum, std::int64_t channel) const {
    return counting_.empty() || counting_[static_cast<std::size_t>(spectrum * n_ + channel)] != 0;
  }

  void load_next(std::int64_t lane) {
    owner_[lane] = kIdle;
    const auto total = static_cast<std::int64_t>(outcomes_.size());
    while (next_ < total && owner_[lane] == kIdle) {
      const std::int64_t spectrum = next_++;
      outcomes_[static_cast<std::size_t>(spectrum)] = {};
      if (load(lane, spectrum)) {
        owner_[lane] = spectrum;
      } else {
        std::fill_n(baselines_.begin() + spectrum * n_, n_, 0.0);
      }
    }
    // A lane without a spectrum stays a solvable system.
    if (owner_[lane] == kIdle) clear(lane);
  }

  void clear(std::int64_t lane) {
    for (std::int64_t i = 0; i < n_; ++i) {
      const auto at = static_cast<std::size_t>(i * kLanes + lane);
      measured_[at] = smooth_[at] = 0.0;
      counts_[at] = weight_[at] = 1.0;
    }
  }

  bool load(std::int64_t lane, std::int64_t spectrum) {
    std::int64_t counted = 0;
    double sum = 0, squares = 0;
    magnitude_[lane] = 0;
    for (std::int64_t i = 0; i < n_; ++i) {
      const auto at = static_cast<std::size_t>(i * kLanes + lane);
      const double counting = counts(spectrum, i) ? 1.0 : 0.0;
      const double y = counting != 0 ? spectra_[static_cast<std::size_t>(spectrum * n_ + i)] : 0.0;
      measured_[at] = y;
      counts_[at] = weight_[at] = counting;
      counted += counting != 0;
      sum += y;
      squares += y * y;
      magnitude_[lane] += std::abs(y);
    }
    if (counted < 3) return false;
    const double mean = sum / static_cast<double>(counted);
    const double variance = squares / static_cast<double>(counted) - mean * mean;
    round_.scale[lane] = std::max(std::sqrt(std::max(variance, 0.0)) / 10, 1e-300);
    round_.round[lane] = 1;
    return true;
  }

  /// Whether the solve of this round was the last one of the lane.
  bool is_done(std::int64_t lane) {
    WhittakerOutcome& outcome = outcomes_[static_cast<std::size_t>(owner_[lane])];
    ++outcome.solves;
    outcome.converged = has_converged(lane);
    round_.round[lane] += 1;
    return outcome.converged || outcome.solves == options_.max_solves;
  }

  [[nodiscard]] bool has_converged(std::int64_t lane) const {
    if (options_.rule == WhittakerRule::kWhittaker) return true;
    if (round_.negative[lane] < 2) return true;
    if (options_.rule == WhittakerRule::kAirpls) {
      return round_.loss[lane] < options_.tolerance * magnitude_[lane];
    }
    return std::sqrt(round_.change[lane]) < options_.tolerance * std::sqrt(round_.norm[lane]);
  }

  void unload(std::int64_t lane) {
    const std::int64_t spectrum = owner_[lane];
    for (std::int64_t i = 0; i < n_; ++i) {
      baselines_[static_cast<std::size_t>(spectrum * n_ + i)] =
          smooth_[static_cast<std::size_t>(i * kLanes + lane)];
    }
  }

  const WhittakerOptions& options_;
  std::int64_t n_;
  std::span<const double> spectra_, counting_;
  std::span<double> baselines_;
  std::span<WhittakerOutcome> outcomes_;
  std::vector<double> measured_, counts_, weight_, smooth_, factor_1_, factor_2_;
  std::vector<double> diagonal_, above_1_, above_2_;
  WhittakerRound round_;
  std::int64_t owner_[kLanes] = {};
  double magnitude_[kLanes] = {};
  std::int64_t next_ = 0;
};

/// Rows of the second differences in units of the median distance.
std::array<double, 3> difference_row(std::span<const double> axis, double unit, std::size_t i) {
  if (axis.empty()) return {1.0, -2.0, 1.0};
  const double left = (axis[i + 1] - axis[i]) / unit, right = (axis[i + 2] - axis[i + 1]) / unit;
  const double scale = 2.0 / (left + right);
  return {scale / left, -scale * (1 / left + 1 / right), scale / right};
}

double median_step(std::span<const double> axis) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < axis.size(); ++i) steps.push_back(axis[i] - axis[i - 1]);
  if (steps.empty()) return 1.0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

}  // namespace

RoughnessBand RoughnessBand::of(std::int64_t n, std::span<const double> axis) {
  PARFOCAL_CHECK(n >= 3);
  if (!axis.empty()) PARFOCAL_CHECK(axis.size() == static_cast<std::size_t>(n));
  const auto size = static_cast<std::size_t>(n);
  RoughnessBand band{std::vector<double>(size), std::vector<double>(size),
                     std::vector<double>(size)};
  const double unit = median_step(axis);
  for (std::size_t i = 0; i + 2 < size; ++i) {
    const std::array<double, 3> row = difference_row(axis, unit, i);
    for (std::size_t k = 0; k < 3; ++k) band.diagonal[i + k] += row[k] * row[k];
    band.above_1[i] += row[0] * row[1];
    band.above_1[i + 1] += row[1] * row[2];
    band.above_2[i] += row[0] * row[2];
  }
  return band;
}

void whittaker_baselines(const WhittakerOptions& options, const RoughnessBand& band,
                         std::span<const double> spectra, std::span<const double> counting,
                         std::span<double> baselines, std::span<WhittakerOutcome> outcomes,
                         SimdLevel level) {
  PARFOCAL_CHECK(spectra.size() == outcomes.size() * band.diagonal.size());
  PARFOCAL_CHECK(baselines.size() == spectra.size());
  if (!counting.empty()) PARFOCAL_CHECK(counting.size() == spectra.size());
  LaneQueue(options, band, spectra, counting, baselines, outcomes).run(kernels_of(level));
}

}  // namespace parfocal::solvers
