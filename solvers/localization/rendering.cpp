// SPDX-License-Identifier: Apache-2.0
#include "solvers/localization/rendering.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace parfocal::solvers {
namespace {

/// Shares of a normal distribution in pixels first, first + 1, ..., cut at 5 deviations.
struct Shares {
  std::int64_t first = 0;
  std::vector<double> values;
};

/// `center` and `deviation` in pixels, 0 being the outer edge of pixel 0.
Shares shares_of(double center, double deviation, std::int64_t n) {
  const double reach = 5 * deviation;
  const auto inside = [n](double at) {
    return static_cast<std::int64_t>(std::clamp(std::floor(at), -1.0, static_cast<double>(n)));
  };
  Shares shares;
  shares.first = std::max<std::int64_t>(0, inside(center - reach));
  const std::int64_t end = std::min(n, inside(center + reach) + 1);
  const auto below = [&](std::int64_t edge) {
    return std::erf((static_cast<double>(edge) - center) / (deviation * std::numbers::sqrt2));
  };
  for (std::int64_t i = shares.first; i < end; ++i) {
    shares.values.push_back(0.5 * (below(i + 1) - below(i)));
  }
  return shares;
}

}  // namespace

at::Tensor render(const std::vector<DrawnEmitter>& emitters, const RenderedArea& area) {
  at::Tensor picture = at::zeros({area.n_y, area.n_x}, at::kDouble);
  double* values = picture.mutable_data_ptr<double>();
  const auto pixels = [&](double coordinate) { return (coordinate - area.first) / area.pixel; };
  const auto width = [&](double deviation) {
    return std::max(deviation, area.least_deviation) / area.pixel;
  };
  for (const DrawnEmitter& emitter : emitters) {
    const Shares x = shares_of(pixels(emitter.x), width(emitter.deviation_x), area.n_x);
    const Shares y = shares_of(pixels(emitter.y), width(emitter.deviation_y), area.n_y);
    for (std::size_t j = 0; j < y.values.size(); ++j) {
      double* row = values + (y.first + static_cast<std::int64_t>(j)) * area.n_x + x.first;
      for (std::size_t i = 0; i < x.values.size(); ++i) row[i] += y.values[j] * x.values[i];
    }
  }
  return picture;
}

}  // namespace parfocal::solvers
