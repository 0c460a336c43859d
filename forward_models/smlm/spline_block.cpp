// SPDX-License-Identifier: Apache-2.0
#include "forward_models/smlm/spline_block.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "forward_models/smlm/bspline.h"

namespace parfocal::smlm {
namespace {

constexpr int kReach = 2;              // Whole pixels from the middle where a fit may start.
constexpr std::int64_t kRowRoom = 32;    // Columns that whole vectors may read behind a row.

SplineEvaluate evaluate_of(SimdLevel level) {
#if defined(PARFOCAL_SIMD_X86)
  if (level == SimdLevel::kAvx512) return avx512::kEvaluateSpline;
  if (level == SimdLevel::kAvx2) return avx2::kEvaluateSpline;
#endif
  static_cast<void>(level);
  return baseline::kEvaluateSpline;
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

/// The image of an emitter at one depth on whole pixels, on a window that is larger by the reach of
/// a start to every side, and what shifts of it look like in a window.
struct StartImage {
  struct Shift {
    int dy = 0, dx = 0;
    double mean = 0, norm = 0;  ///< Norm without the mean.
  };
  double z = 0;
  std::vector<double> values;
  std::vector<Shift> shifts;
};

class SplineBlock final : public EmitterBlock {
 public:
  SplineBlock(const SampledPsf& psf, const SplineFit& fit, SimdLevel level)
      : fit_(fit), table_(table_of(psf, fit)), evaluate_(evaluate_of(level)) {
    check_reach(psf);
    const EmitterParameter& depth = fit.parameters[2];
    const auto steps = std::max(1.0, std::ceil((depth.high - depth.low) / fit.start_step_z));
    for (int k = 0; k <= static_cast<int>(steps); ++k) {
      starts_.push_back(start_at(depth.low + (depth.high - depth.low) * k / steps));
    }
  }

  [[nodiscard]] std::int64_t n_y() const override { return fit_.n_y; }
  [[nodiscard]] std::int64_t n_x() const override { return fit_.n_x; }
  [[nodiscard]] const std::vector<EmitterParameter>& parameters() const override {
    return fit_.parameters;
  }

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
    evaluate_(table_, windows, theta, sums);
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

  [[nodiscard]] StartImage start_at(double z) const {
    StartImage image;
    image.z = z;
    const double t = (z - table_.first_z) / table_.step_z;
    const BsplineWeights depth = bspline_weights(t - std::floor(t));
    const auto layer = static_cast<std::int64_t>(std::floor(t)) - 1;
    const auto first = [&](double centre, std::int64_t n) {
      return static_cast<std::int64_t>(centre) - ((n - 1) / 2 + kReach) * table_.oversampling;
    };
    const std::int64_t y0 = first(table_.centre_y, fit_.n_y);
    const std::int64_t x0 = first(table_.centre_x, fit_.n_x);
    for (std::int64_t j = 0; j < fit_.n_y + 2 * kReach; ++j) {
      for (std::int64_t i = 0; i < fit_.n_x + 2 * kReach; ++i) {
        image.values.push_back(
            sample(depth, layer, y0 + j * table_.oversampling, x0 + i * table_.oversampling));
      }
    }
    for (int dy = -kReach; dy <= kReach; ++dy) {
      for (int dx = -kReach; dx <= kReach; ++dx) image.shifts.push_back(shift_of(image, dy, dx));
    }
    return image;
  }

  /// First value of row j of the image moved by whole pixels.
  [[nodiscard]] const double* row_of(const StartImage& image, std::int64_t j, int dy,
                                     int dx) const {
    return image.values.data() + (j + kReach - dy) * (fit_.n_x + 2 * kReach) + kReach - dx;
  }

  [[nodiscard]] StartImage::Shift shift_of(const StartImage& image, int dy, int dx) const {
    double sum = 0, squares = 0;
    for (std::int64_t j = 0; j < fit_.n_y; ++j) {
      const double* row = row_of(image, j, dy, dx);
      for (std::int64_t i = 0; i < fit_.n_x; ++i) {
        sum += row[i];
        squares += row[i] * row[i];
      }
    }
    const double mean = sum / static_cast<double>(fit_.n_y * fit_.n_x);
    return {dy, dx, mean, std::sqrt(squares - mean * sum)};
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

  /// Photons that fit best, by the norm of the image: their square is the variance explained.
  [[nodiscard]] double projection(const std::vector<double>& electrons, double sum,
                                  const StartImage& image, const StartImage::Shift& shift) const {
    double product = 0;
    for (std::int64_t j = 0; j < fit_.n_y; ++j) {
      const double* row = row_of(image, j, shift.dy, shift.dx);
      const double* counts = electrons.data() + j * fit_.n_x;
      for (std::int64_t i = 0; i < fit_.n_x; ++i) product += counts[i] * row[i];
    }
    return (product - sum * shift.mean) / shift.norm;
  }

  void start_lane(const std::vector<double>& electrons, int lane, double* theta) const {
    double sum = 0;
    for (const double d : electrons) sum += d;
    const StartImage* image = &starts_.front();
    const StartImage::Shift* shift = &image->shifts.front();
    double most = 0;
    for (const StartImage& start : starts_) {
      for (const StartImage::Shift& moved : start.shifts) {
        const double found = projection(electrons, sum, start, moved);
        if (!(found > most)) continue;
        most = found;
        image = &start;
        shift = &moved;
      }
    }
    const double photons = std::max(10.0, most / shift->norm);
    const double level = sum / static_cast<double>(electrons.size());
    const double values[] = {static_cast<double>((fit_.n_x - 1) / 2 + shift->dx),
                             static_cast<double>((fit_.n_y - 1) / 2 + shift->dy), image->z, photons,
                             std::max(0.1, level - photons * shift->mean)};
    for (std::size_t a = 0; a < fit_.parameters.size(); ++a) {
      theta[a * kEmitterLanes + static_cast<std::size_t>(lane)] =
          std::clamp(values[a], fit_.parameters[a].low, fit_.parameters[a].high);
    }
  }

  SplineFit fit_;
  SplineTable table_;
  SplineEvaluate evaluate_;
  std::vector<StartImage> starts_;
};

}  // namespace

std::shared_ptr<const EmitterBlock> make_spline_block(const SampledPsf& psf, const SplineFit& fit,
                                                      SimdLevel level) {
  return std::make_shared<SplineBlock>(psf, fit, level);
}

}  // namespace parfocal::smlm
