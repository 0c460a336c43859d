// SPDX-License-Identifier: Apache-2.0
#include "tests/solvers/pupil_fit_case.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/diagonal.h>
#include <ATen/ops/linalg_inv.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "solvers/localization/maximum_likelihood.h"

namespace parfocal::solvers {
namespace {

constexpr std::int64_t kTogether = 250;

/// theta [emitter, 5] of one photon without background.
at::Tensor draw_places(const smlm::PupilEmitters& model, std::int64_t count,
                       std::mt19937_64& random) {
  at::Tensor theta = at::zeros({count, 5}, at::kDouble);
  auto rows = theta.accessor<double, 2>();
  const auto& parameters = model.parameters();
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::int64_t a = 0; a < 3; ++a) {
      const EmitterParameter& p = parameters[static_cast<std::size_t>(a)];
      const double middle = 0.5 * (p.low + p.high), half = 0.45 * (p.high - p.low);
      std::uniform_real_distribution<double> within(a < 2 ? -0.5 : -half, a < 2 ? 0.5 : half);
      rows[i][a] = middle + within(random);
    }
    rows[i][3] = 1;
  }
  return theta;
}

/// Deviations by the bound [emitter, 5].
at::Tensor bound_of(const PointEmitters::Images& unit, const PupilFitPoint& point,
                    const at::Tensor& variance) {
  at::Tensor slopes = unit.derivatives.clone();
  slopes.narrow(1, 0, 3).mul_(point.photons);
  const at::Tensor flat = slopes.flatten(2);
  const at::Tensor mu = (unit.mean * point.photons + point.background + variance).flatten(1);
  const at::Tensor scale = (flat * flat / mu.unsqueeze(1)).sum(2).sqrt();
  const at::Tensor one = flat / scale.unsqueeze(2);
  const at::Tensor fisher = at::matmul(one / mu.unsqueeze(1), one.transpose(1, 2));
  return at::diagonal(at::linalg_inv(fisher), 0, 1, 2).sqrt() / scale;
}

/// As on a CMOS sensor: most pixels near the median, few far above; [pixel].
at::Tensor draw_variances(const PupilFitPoint& point, const at::Tensor& like,
                          std::mt19937_64& random) {
  at::Tensor variance = at::zeros({like.size(1), like.size(2)}, at::kDouble);
  std::normal_distribution<double> normal;
  double* v = variance.mutable_data_ptr<double>();
  for (std::int64_t p = 0; p < variance.numel() && point.read_variance > 0; ++p) {
    v[p] = point.read_variance * std::min(30.0, std::exp(1.2 * std::abs(normal(random)) - 0.5));
  }
  return variance;
}

FitWindows draw_counts(const PointEmitters::Images& unit, const PupilFitPoint& point,
                       const at::Tensor& variance, std::mt19937_64& random) {
  FitWindows windows;
  std::normal_distribution<double> normal;
  const at::Tensor mean = (unit.mean * point.photons + point.background).contiguous();
  const double* mu = mean.const_data_ptr<double>();
  const double* v = variance.const_data_ptr<double>();
  const std::int64_t pixels = variance.numel();
  for (std::int64_t i = 0; i < mean.numel(); ++i) {
    double electrons = std::poisson_distribution<int>(mu[i])(random);
    if (point.read_variance > 0) {
      electrons += std::sqrt(v[i % pixels]) * normal(random);
      windows.variance.push_back(v[i % pixels]);
    }
    windows.counts.push_back(electrons);
  }
  return windows;
}

/// 2 sum (mu - d + d log(d / mu)) of each window at the truth.
std::vector<double> true_deviances(const PointEmitters::Images& unit, const PupilFitPoint& point,
                                   const at::Tensor& variance, const FitWindows& windows) {
  const at::Tensor mean = (unit.mean * point.photons + point.background + variance).contiguous();
  const double* mu = mean.const_data_ptr<double>();
  const std::int64_t pixels = variance.numel();
  std::vector<double> sums(static_cast<std::size_t>(mean.size(0)));
  for (std::int64_t i = 0; i < mean.numel(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double v = windows.variance.empty() ? 0.0 : windows.variance[at];
    const double d = windows.counts[at] + v;
    sums[static_cast<std::size_t>(i / pixels)] +=
        2 * (mu[i] - d * std::log(mu[i]) + (d > 0 ? d * std::log(d) - d : 0.0));
  }
  return sums;
}

void add(const Fits& fits, const std::vector<double>& deviances, const at::Tensor& theta,
         const at::Tensor& bound, const PupilFitPoint& point, PupilFitStatistics& result) {
  const auto truth = theta.accessor<double, 2>();
  const at::Tensor deviations = bound.contiguous();
  const auto deviation = deviations.accessor<double, 2>();
  for (std::int64_t fit = 0; fit < fits.size(); ++fit) {
    const auto at = static_cast<std::size_t>(fit);
    if (!is_found(fits.state[at])) ++result.lost;
    if (fits.deviance[at] > deviances[at] + 1e-3) ++result.missed;
    result.iterations += fits.iterations[at];
    bool far = false;
    for (std::int64_t a = 0; a < 5; ++a) {
      const double expected = a < 3 ? truth[fit][a] : a == 3 ? point.photons : point.background;
      const double ratio =
          (fits.theta[at * 5 + static_cast<std::size_t>(a)] - expected) / deviation[fit][a];
      result.bias_over_bound[a] += ratio;
      result.rmse_over_bound[a] += ratio * ratio;
      far = far || (a < 3 && std::abs(ratio) > 10);
    }
    if (far) ++result.far;
  }
}

}  // namespace

std::vector<PupilFitStatistics> pupil_fit_statistics(const smlm::PupilEmitters& model,
                                                     const std::vector<PupilFitPoint>& points,
                                                     std::int64_t count, std::uint64_t seed) {
  const at::NoGradGuard no_grad;
  const auto block = model.emitter_block();
  std::mt19937_64 random(seed);
  std::vector<PupilFitStatistics> results(points.size());
  for (std::int64_t done = 0; done < count; done += kTogether) {
    const at::Tensor theta = draw_places(model, std::min(kTogether, count - done), random);
    const PointEmitters::Images unit = model.emitter_images(theta);
    for (std::size_t k = 0; k < points.size(); ++k) {
      const at::Tensor variance = draw_variances(points[k], unit.mean, random);
      const FitWindows windows = draw_counts(unit, points[k], variance, random);
      add(fit_emitters(*block, windows), true_deviances(unit, points[k], variance, windows), theta,
          bound_of(unit, points[k], variance), points[k], results[k]);
    }
  }
  for (PupilFitStatistics& result : results) {
    for (int a = 0; a < 5; ++a) {
      result.bias_over_bound[a] /= static_cast<double>(count);
      result.rmse_over_bound[a] = std::sqrt(result.rmse_over_bound[a] / static_cast<double>(count));
    }
    result.iterations /= static_cast<double>(count);
  }
  return results;
}

}  // namespace parfocal::solvers
