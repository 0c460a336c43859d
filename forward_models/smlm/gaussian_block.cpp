// SPDX-License-Identifier: Apache-2.0
#include "forward_models/smlm/gaussian_block.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check.h"

namespace parfocal::smlm {
namespace {

GaussianEvaluate evaluate_of(SimdLevel level) {
#if defined(PARFOCAL_SIMD_X86)
  if (level == SimdLevel::kAvx512) return avx512::kEvaluateGaussian;
  if (level == SimdLevel::kAvx2) return avx2::kEvaluateGaussian;
#endif
  static_cast<void>(level);
  return baseline::kEvaluateGaussian;
}

class GaussianBlock final : public EmitterBlock {
 public:
  GaussianBlock(const GaussianShape& shape, SimdLevel level)
      : shape_(shape), evaluate_(evaluate_of(level)), parameters_(gaussian_parameters(shape)) {}

  [[nodiscard]] std::int64_t n_y() const override { return shape_.n_y; }
  [[nodiscard]] std::int64_t n_x() const override { return shape_.n_x; }
  [[nodiscard]] const std::vector<EmitterParameter>& parameters() const override {
    return parameters_;
  }

  void start(const EmitterWindows& windows, double* theta) const override {
    for (int lane = 0; lane < kEmitterLanes; ++lane) start_lane(windows, lane, theta);
  }

  void evaluate(const EmitterWindows& windows, const double* theta,
                EmitterSums& sums) const override {
    evaluate_(shape_, windows, theta, sums);
  }

 private:
  [[nodiscard]] double electrons(const EmitterWindows& windows, std::int64_t y, std::int64_t x,
                                 int lane) const {
    const std::int64_t at = (y * shape_.n_x + x) * kEmitterLanes + lane;
    return windows.counts[at] - (windows.variance != nullptr ? windows.variance[at] : 0.0);
  }

  /// Mean over the rim of the window.
  [[nodiscard]] double rim(const EmitterWindows& windows, int lane) const {
    double sum = 0;
    for (std::int64_t y = 0; y < shape_.n_y; ++y) {
      const bool whole = y == 0 || y == shape_.n_y - 1;
      for (std::int64_t x = 0; x < shape_.n_x; x += whole ? 1 : shape_.n_x - 1) {
        sum += electrons(windows, y, x, lane);
      }
    }
    return sum / static_cast<double>(2 * (shape_.n_y + shape_.n_x) - 4);
  }

  /// Centre of mass and light of the 3 x 3 pixels in the middle, above the rim.
  void start_lane(const EmitterWindows& windows, int lane, double* theta) const {
    const double background = rim(windows, lane);
    const std::int64_t y0 = (shape_.n_y - 1) / 2, x0 = (shape_.n_x - 1) / 2;
    double sum = 0, sum_x = 0, sum_y = 0;
    for (std::int64_t dy = -1; dy <= 1; ++dy) {
      for (std::int64_t dx = -1; dx <= 1; ++dx) {
        const double d = std::max(0.0, electrons(windows, y0 + dy, x0 + dx, lane) - background);
        sum += d;
        sum_x += d * static_cast<double>(dx);
        sum_y += d * static_cast<double>(dy);
      }
    }
    const auto share = [](double sigma) { return std::erf(1.5 / (sigma * std::numbers::sqrt2)); };
    const double part = share(shape_.sigma_x_px) * share(shape_.sigma_x_px * shape_.y_over_x);
    const double values[] = {static_cast<double>(x0) + (sum > 0 ? sum_x / sum : 0.0),
                             static_cast<double>(y0) + (sum > 0 ? sum_y / sum : 0.0),
                             std::max(10.0, sum / part), std::max(0.1, background),
                             shape_.sigma_x_px};
    for (std::size_t p = 0; p < parameters_.size(); ++p) {
      theta[static_cast<int>(p) * kEmitterLanes + lane] =
          std::clamp(values[p], parameters_[p].low, parameters_[p].high);
    }
  }

  GaussianShape shape_;
  GaussianEvaluate evaluate_;
  std::vector<EmitterParameter> parameters_;
};

}  // namespace

std::vector<EmitterParameter> gaussian_parameters(const GaussianShape& shape) {
  const auto middle = [](std::int64_t n) { return 0.5 * static_cast<double>(n - 1); };
  const auto reach = [](std::int64_t n) { return 0.25 * static_cast<double>(n); };
  const double x = middle(shape.n_x), y = middle(shape.n_y);
  std::vector<EmitterParameter> parameters{
      {"x", "px", x - reach(shape.n_x), x + reach(shape.n_x), 1.0, 0.0},
      {"y", "px", y - reach(shape.n_y), y + reach(shape.n_y), 1.0, 0.0},
      {"photons", "e-", 1.0, 1e9, 0.0, 0.7},
      {"background", "e-/px", 0.01, 1e9, 1.0, 0.7},
  };
  if (shape.free_width) {
    const double widest = 0.5 * static_cast<double>(std::min(shape.n_y, shape.n_x));
    parameters.push_back({"sigma", "px", 0.3, widest, 0.0, 0.3, shape.sigma_x_px});
  }
  return parameters;
}

std::shared_ptr<const EmitterBlock> make_gaussian_block(const GaussianShape& shape,
                                                        SimdLevel level) {
  for (const std::int64_t n : {shape.n_y, shape.n_x}) {
    PARFOCAL_CHECK(n >= kSmallestWindow);
    PARFOCAL_CHECK(n <= kLargestWindow);
  }
  return std::make_shared<GaussianBlock>(shape, level);
}

}  // namespace parfocal::smlm
