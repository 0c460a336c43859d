// SPDX-License-Identifier: Apache-2.0
#include "forward_models/smlm/spline_block.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.h"
#include "forward_models/smlm/bspline.h"

namespace parfocal::smlm {
namespace {

constexpr int kReach = 2;   // Whole pixels from the middle where a fit may start.
constexpr int kStarts = 3;  // Depths from which a fit may start.
/// Another depth is tried where its photons lie within so many deviations of those that fit best, or
/// within this part of them: images between two depths are no better explained.
constexpr double kPlausible = 5.0, kMismatch = 0.1;
constexpr std::int64_t kRowRoom = 32;  // Columns that whole vectors may read behind a row.

const SplineKernels& kernels_of(SimdLevel level) {
#if defined(PARFOCAL_SIMD_X86)
  if (level == SimdLevel::kAvx512) return avx512::kSplineKernels;
  if (level == SimdLevel::kAvx2) return avx2::kSplineKernels;
#endif
  static_cast<void>(level);
  return baseline::kSplineKernels;
}

SplineTable table_of(const SampledPsf& psf, const SplineFit& fit) {
  std::vector<double> coefficients = psf.values;
  to_bspline_coefficients(coefficients, psf.n_z, psf.n_y, psf.n_x);
  SplineTable table;
  table.n_z = psf.n_z;
  table.n_y = psf.n_y;
  table.oversampling = psf.oversampling;
  table.columns = (psf.n_x + psf.oversampling - 1) / psf.oversampling;
  table.stride = table.columns + kRowRoom;
  table.window_y = fit.n_y;
  table.window_x = fit.n_x;
  table.centre_y = static_cast<double>(psf.centre_y);
  table.centre_x = static_cast<double>(psf.centre_x);
  table.first_z = psf.first_z;
  table.step_z = psf.step_z;
  const std::int64_t line = table.stride * psf.oversampling;
  table.values.resize(static_cast<std::size_t>(psf.n_z * psf.n_y * line));
  for (std::int64_t row = 0; row < psf.n_z * psf.n_y; ++row) {
    for (std::int64_t x = 0; x < psf.n_x; ++x) {
      const auto to = row * line + x % psf.oversampling * table.stride + x / psf.oversampling;
      table.values[static_cast<std::size_t>(to)] =
          static_cast<float>(coefficients[static_cast<std::size_t>(row * psf.n_x + x)]);
    }
  }
  return table;
}

/// The image of an emitter at one depth and one half pixel, on a window that is larger by the reach
/// of a start to every side.
struct StartImage {
  double z = 0;
  std::vector<double> values;
};

/// A start: depth `k` in half steps, place in half pixels from the middle.
struct Candidate {
  int k = 0, y = 0, x = 0;
  double projection = 0;  ///< Photons that fit best, over their deviation on a background of 1.
  double photons = 0, mean = 0;
};

/// Whole pixels below or at a number of half ones.
constexpr int whole(int halves) { return (halves - (halves & 1)) / 2; }

class SplineBlock final : public EmitterBlock {
 public:
  SplineBlock(const SampledPsf& psf, const SplineFit& fit, SimdLevel level)
      : fit_(fit), table_(table_of(psf, fit)), kernels_(kernels_of(level)) {
    check_reach(psf);
    const EmitterParameter& depth = fit.parameters[2];
    const int steps =
        2 * std::max(1, static_cast<int>(std::ceil((depth.high - depth.low) / fit.start_step_z)));
    for (int k = 0; k <= steps; ++k) {
      for (int half = 0; half < 4; ++half) {
        starts_.push_back(
            start_at(depth.low + (depth.high - depth.low) * k / steps, half / 2, half % 2));
      }
    }
    depths_ = steps + 1;
  }

  [[nodiscard]] std::int64_t n_y() const override { return fit_.n_y; }
  [[nodiscard]] std::int64_t n_x() const override { return fit_.n_x; }
  [[nodiscard]] const std::vector<EmitterParameter>& parameters() const override {
    return fit_.parameters;
  }

  [[nodiscard]] int starts() const override { return kStarts; }
  void start(const EmitterWindows& windows, double* theta) const override {
    std::vector<double> electrons(static_cast<std::size_t>(fit_.n_y * fit_.n_x));
    for (int lane = 0; lane < kEmitterLanes; ++lane) {
      for (std::size_t p = 0; p < electrons.size(); ++p) {
        const std::size_t at = p * kEmitterLanes + static_cast<std::size_t>(lane);
        electrons[p] =
            windows.counts[at] - (windows.variance != nullptr ? windows.variance[at] : 0.0);
      }
      start_lane(electrons, lane, theta);
    }
  }

  void evaluate(const EmitterWindows& windows, const double* theta,
                EmitterSums& sums) const override {
    kernels_.evaluate(table_, windows, theta, sums);
  }

 private:
  void check_reach(const SampledPsf& psf) const {
    const std::vector<EmitterParameter>& p = fit_.parameters;
    PARFOCAL_CHECK(p.size() == 5);
    const auto o = static_cast<double>(psf.oversampling);
    const auto holds = [&](double centre, std::int64_t n, std::int64_t window,
                           const EmitterParameter& place) {
      const double last = centre + (static_cast<double>(window - 1) - place.low) * o;
      return centre - place.high * o >= 1.0 && last <= static_cast<double>(n) - 3.0;
    };
    PARFOCAL_CHECK(holds(table_.centre_x, psf.n_x, fit_.n_x, p[0]));
    PARFOCAL_CHECK(holds(table_.centre_y, psf.n_y, fit_.n_y, p[1]));
    PARFOCAL_CHECK((p[2].low - psf.first_z) / psf.step_z >= 1.0);
    PARFOCAL_CHECK((p[2].high - psf.first_z) / psf.step_z <= static_cast<double>(psf.n_z) - 3.0);
  }

  [[nodiscard]] StartImage start_at(double z, int half_y, int half_x) const {
    StartImage image;
    image.z = z;
    const double t = (z - table_.first_z) / table_.step_z;
    const BsplineWeights depth = bspline_weights(t - std::floor(t));
    const auto layer = static_cast<std::int64_t>(std::floor(t)) - 1;
    const auto first = [&](double centre, std::int64_t n, int half) {
      return static_cast<std::int64_t>(centre) - ((n - 1) / 2 + kReach) * table_.oversampling -
             half * table_.oversampling / 2;
    };
    const std::int64_t y0 = first(table_.centre_y, fit_.n_y, half_y);
    const std::int64_t x0 = first(table_.centre_x, fit_.n_x, half_x);
    for (std::int64_t j = 0; j < fit_.n_y + 2 * kReach; ++j) {
      for (std::int64_t i = 0; i < fit_.n_x + 2 * kReach; ++i) {
        image.values.push_back(
            sample(depth, layer, y0 + j * table_.oversampling, x0 + i * table_.oversampling));
      }
    }
    return image;
  }

  /// The spline at whole samples of y and x.
  [[nodiscard]] double sample(const BsplineWeights& depth, std::int64_t layer, std::int64_t y,
                              std::int64_t x) const {
    constexpr double kNode[] = {1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0};
    const std::int64_t line = table_.stride * table_.oversampling;
    double sum = 0;
    for (std::int64_t a = 0; a < 4; ++a) {
      for (std::int64_t b = 0; b < 3; ++b) {
        for (std::int64_t c = 0; c < 3; ++c) {
          const std::int64_t column = x + c - 1;
          const std::int64_t at = ((layer + a) * table_.n_y + y + b - 1) * line +
                                  column % table_.oversampling * table_.stride +
                                  column / table_.oversampling;
          sum += depth.value[a] * kNode[b] * kNode[c] *
                 static_cast<double>(table_.values[static_cast<std::size_t>(at)]);
        }
      }
    }
    return sum;
  }

  /// How well an emitter explains the window, whose electrons sum to `sum`.
  [[nodiscard]] Candidate judged(const std::vector<double>& electrons, double sum, int k, int y,
                                 int x) const {
    const StartImage& image = starts_[static_cast<std::size_t>(4 * k + 2 * (y & 1) + (x & 1))];
    const std::int64_t stride = fit_.n_x + 2 * kReach;
    const double* first = image.values.data() + (kReach - whole(y)) * stride + kReach - whole(x);
    const ImageSums sums = kernels_.product(electrons.data(), first, fit_.n_y, fit_.n_x, stride);
    const double mean = sums.image / static_cast<double>(fit_.n_y * fit_.n_x);
    const double norm = std::sqrt(sums.squares - mean * sums.image);
    const double projection = (sums.product - sum * mean) / norm;
    return {k, y, x, projection, projection / norm, mean};
  }

  /// The best whole pixel at each whole step of depth.
  [[nodiscard]] std::vector<Candidate> coarse(const std::vector<double>& electrons,
                                              double sum) const {
    std::vector<Candidate> found;
    for (int k = 0; k < depths_; k += 2) {
      Candidate best;
      for (int y = -2 * kReach; y <= 2 * kReach; y += 2) {
        for (int x = -2 * kReach; x <= 2 * kReach; x += 2) {
          const Candidate one = judged(electrons, sum, k, y, x);
          const bool first = y == -2 * kReach && x == -2 * kReach;
          if (first || one.projection > best.projection) best = one;
        }
      }
      found.push_back(best);
    }
    return found;
  }

  /// Local maxima over depth, the largest first.
  static std::vector<Candidate> peaks_of(const std::vector<Candidate>& all) {
    std::vector<Candidate> peaks;
    for (std::size_t k = 0; k < all.size(); ++k) {
      const bool above = k == 0 || all[k].projection > all[k - 1].projection;
      const bool below = k + 1 == all.size() || all[k].projection >= all[k + 1].projection;
      if (above && below) peaks.push_back(all[k]);
    }
    if (peaks.empty()) peaks.push_back(all.front());
    sort(peaks);
    peaks.resize(std::min<std::size_t>(peaks.size(), 2 * kStarts));
    return peaks;
  }

  static void sort(std::vector<Candidate>& peaks) {
    std::stable_sort(peaks.begin(), peaks.end(), [](const Candidate& a, const Candidate& b) {
      return a.projection > b.projection;
    });
  }

  /// Among the neighbours half a step and half a pixel away.
  [[nodiscard]] Candidate refined(const std::vector<double>& electrons, double sum,
                                  const Candidate& from) const {
    Candidate best = from;
    const auto inside = [](int half) { return std::abs(half) <= 2 * kReach; };
    for (int k = std::max(0, from.k - 1); k <= std::min(depths_ - 1, from.k + 1); ++k) {
      for (int y = from.y - 1; y <= from.y + 1; ++y) {
        for (int x = from.x - 1; x <= from.x + 1; ++x) {
          if (!inside(y) || !inside(x)) continue;
          const Candidate one = judged(electrons, sum, k, y, x);
          if (one.projection > best.projection) best = one;
        }
      }
    }
    return best;
  }

  void start_lane(const std::vector<double>& electrons, int lane, double* theta) const {
    double sum = 0;
    for (const double d : electrons) sum += d;
    const double level = sum / static_cast<double>(electrons.size());
    std::vector<Candidate> peaks = peaks_of(coarse(electrons, sum));
    for (Candidate& peak : peaks) peak = refined(electrons, sum, peak);
    sort(peaks);
    const double most = peaks.front().projection;
    const double near = kPlausible * std::sqrt(std::max(level, 1.0)) + kMismatch * most;
    for (int s = 0; s < kStarts; ++s) {
      double* first = theta + s * static_cast<int>(fit_.parameters.size()) * kEmitterLanes + lane;
      const auto at = static_cast<std::size_t>(s);
      if (s > 0 && !(at < peaks.size() && most - peaks[at].projection < near)) {
        first[0] = std::numeric_limits<double>::quiet_NaN();
        continue;
      }
      set_start(peaks[at], level, first);
    }
  }

  void set_start(const Candidate& peak, double level, double* theta) const {
    const double photons = std::max(10.0, peak.photons);
    const auto middle = [](std::int64_t n) { return static_cast<double>((n - 1) / 2); };
    const double values[] = {middle(fit_.n_x) + 0.5 * peak.x, middle(fit_.n_y) + 0.5 * peak.y,
                             starts_[static_cast<std::size_t>(4 * peak.k)].z, photons,
                             std::max(0.1, level - photons * peak.mean)};
    for (std::size_t a = 0; a < fit_.parameters.size(); ++a) {
      theta[a * kEmitterLanes] =
          std::clamp(values[a], fit_.parameters[a].low, fit_.parameters[a].high);
    }
  }

  SplineFit fit_;
  SplineTable table_;
  SplineKernels kernels_;
  std::vector<StartImage> starts_;  // [depth][half pixel of y][of x]
  int depths_ = 0;
};

}  // namespace

std::vector<EmitterParameter> spline_parameters(const std::array<std::int64_t, 2>& window,
                                                double first_um, double last_um) {
  const auto place = [](std::string name, std::int64_t n) {
    const double middle = 0.5 * static_cast<double>(n - 1);
    const double reach = std::max(3.0, 0.1 * static_cast<double>(n));
    return EmitterParameter{std::move(name), "px", middle - reach, middle + reach, 1.0, 0.0};
  };
  return {place("x", window[1]),
          place("y", window[0]),
          {"z", "um", first_um, last_um, 0.2, 0.0},
          {"photons", "e-", 1.0, 1e9, 0.0, 0.7},
          {"background", "e-/px", 0.01, 1e9, 1.0, 0.7}};
}

SampledPsf table_for(const std::vector<EmitterParameter>& parameters, std::int64_t oversampling,
                     double step_z) {
  SampledPsf psf;
  psf.oversampling = oversampling;
  psf.step_z = step_z;
  const EmitterParameter& depth = parameters[2];
  psf.first_z = depth.low - static_cast<double>(kSplineMargin) * step_z;
  psf.n_z = static_cast<std::int64_t>(std::ceil((depth.high - depth.low) / step_z)) +
            2 * kSplineMargin + 1;
  const auto half = [&](const EmitterParameter& place) {
    return static_cast<std::int64_t>(std::ceil(place.high)) * oversampling + kSplineMargin;
  };
  psf.centre_y = half(parameters[1]);
  psf.centre_x = half(parameters[0]);
  psf.n_y = 2 * psf.centre_y + 1;
  psf.n_x = 2 * psf.centre_x + 1;
  return psf;
}

std::shared_ptr<const EmitterBlock> make_spline_block(const SampledPsf& psf, const SplineFit& fit,
                                                      SimdLevel level) {
  return std::make_shared<SplineBlock>(psf, fit, level);
}

}  // namespace parfocal::smlm
