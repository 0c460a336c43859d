// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/typical_sensor.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/tensor/random.h"

namespace parfocal::optics {
namespace {

constexpr double kMedianOffset = 100.1;
constexpr double kNormalQuantile = 2.3263478740408408;  // 99 %
constexpr double kSpreadBelow = (kMedianOffset - 97.3) / kNormalQuantile;
constexpr double kSpreadAbove = (101.4 - kMedianOffset) / kNormalQuantile;
constexpr double kOutlier = 4.0;  // Standard deviations.

struct Quantile {
  double rank, variance;
};
constexpr std::array<Quantile, 6> kVariance{
    {{0.0, 2.0}, {0.5, 4.7}, {0.95, 35.0}, {0.99, 140.0}, {0.999, 430.0}, {1.0, 3100.0}}};

double variance_of(double rank) {
  const auto* above = std::find_if(kVariance.begin() + 1, kVariance.end() - 1,
                                   [&](const Quantile& q) { return rank <= q.rank; });
  const auto* below = above - 1;
  const double share = (rank - below->rank) / (above->rank - below->rank);
  return below->variance * std::pow(above->variance / below->variance, share);
}

}  // namespace

SensorMaps typical_sensor(std::uint64_t seed, std::int64_t n_y, std::int64_t n_x) {
  RandomStream random(seed, "sensor maps");
  const at::Tensor deviation = random.normal({n_y, n_x}).clamp(-kOutlier, kOutlier);
  SensorMaps maps;
  maps.offset = kMedianOffset +
                at::where(deviation < 0.0, deviation * kSpreadBelow, deviation * kSpreadAbove);
  maps.variance = random.uniform({n_y, n_x});
  double* variance = maps.variance.mutable_data_ptr<double>();
  std::transform(variance, variance + maps.variance.numel(), variance, variance_of);
  maps.gain = (random.normal({n_y, n_x}) * 0.03 + 2.18).clamp(2.12, 2.26);
  return maps;
}

}  // namespace parfocal::optics
