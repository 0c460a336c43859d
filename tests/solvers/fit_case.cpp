// SPDX-License-Identifier: Apache-2.0
#include "tests/solvers/fit_case.h"

#include <cmath>
#include <numbers>
#include <random>

#include "forward_models/smlm/gaussian_block.h"

namespace parfocal::solvers {
namespace {

double share(double i, double center, double sigma) {
  const auto below = [&](double edge) {
    return std::erf((edge - center) / (sigma * std::numbers::sqrt2));
  };
  return 0.5 * (below(i + 0.5) - below(i - 0.5));
}

}  // namespace

SimulatedWindows simulate(const FitCase& which, std::int64_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> within(-0.5, 0.5);
  std::normal_distribution<double> normal;
  SimulatedWindows all;
  const double middle = 0.5 * static_cast<double>(which.n - 1);
  for (std::int64_t fit = 0; fit < count; ++fit) {
    const double x = middle + within(random), y = middle + within(random);
    all.x.push_back(x);
    all.y.push_back(y);
    for (std::int64_t j = 0; j < which.n; ++j) {
      for (std::int64_t i = 0; i < which.n; ++i) {
        const double mean = which.photons * share(static_cast<double>(i), x, which.sigma) *
                                share(static_cast<double>(j), y, which.sigma) +
                            which.background;
        double electrons = std::poisson_distribution<int>(mean)(random);
        if (which.read_variance > 0) {
          // As on a CMOS sensor: most pixels near the median, few far above.
          const double factor = std::exp(1.2 * std::abs(normal(random)) - 0.5);
          const double variance = which.read_variance * std::min(30.0, factor);
          all.windows.variance.push_back(variance);
          electrons += std::sqrt(variance) * normal(random);
        }
        all.windows.counts.push_back(electrons);
      }
    }
  }
  return all;
}

FitStatistics fit_statistics(const FitCase& which, std::int64_t count, std::uint64_t seed) {
  const auto block = smlm::make_gaussian_block(
      {which.n, which.n, which.sigma, 1.0, which.free_width}, best_simd_level());
  const SimulatedWindows all = simulate(which, count, seed);
  const Fits fits = fit_emitters(*block, all.windows);
  FitStatistics result;
  const auto parameters = static_cast<std::size_t>(fits.n_parameters);
  const double freedom = static_cast<double>(which.n * which.n) - static_cast<double>(parameters);
  const auto n = static_cast<double>(count);
  for (std::size_t fit = 0; fit < static_cast<std::size_t>(count); ++fit) {
    const double truth[] = {all.x[fit], all.y[fit], which.photons, which.background, which.sigma};
    if (!is_found(fits.state[fit])) ++result.lost;
    result.deviance += fits.deviance[fit] / (freedom * n);
    for (std::size_t a = 0; a < parameters; ++a) {
      const std::size_t at = fit * parameters + a;
      const double ratio = (fits.theta[at] - truth[a]) / fits.deviation[at];
      result.bias_over_bound[a] += ratio / n;
      result.rmse_over_bound[a] += ratio * ratio / n;
    }
  }
  for (double& ratio : result.rmse_over_bound) ratio = std::sqrt(ratio);
  return result;
}

}  // namespace parfocal::solvers
