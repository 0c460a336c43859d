// SPDX-License-Identifier: Apache-2.0
#include "forward_models/raman/filter_design.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <random>

#include "core/tensor/lower_hull.h"
#include "datasets/formats/spectral_map.h"
#include "tests/support/cartilage_map.h"

namespace parfocal::test {
namespace {

using namespace parfocal::raman;

/// Three overlapping bands on a pedestal.
FilterProblem bands(bool two_ports, double leak = 0.0) {
  constexpr int kN = 40;
  FilterProblem problem;
  problem.shares = {0.5, 0.3, 0.2};
  problem.two_ports = two_ports;
  problem.leak = leak;
  std::vector<double> sums(3, 0.0);
  for (int j = 0; j < kN; ++j) {
    for (int k = 0; k < 3; ++k) {
      const double d = (j - 10.0 - 9 * k) / 6;
      problem.spectra.push_back(0.3 + std::exp(-d * d / 2));
      sums[static_cast<std::size_t>(k)] += problem.spectra.back();
    }
    problem.efficiency.push_back(0.5 + 0.01 * j);
  }
  for (std::size_t i = 0; i < problem.spectra.size(); ++i) problem.spectra[i] /= sums[i % 3];
  return problem;
}

FilterDesign grey_filters(const FilterProblem& problem) {
  FilterDesign design = random_filters(problem, 4, 3);
  std::mt19937_64 random(8);
  for (double& f : design.filters) f = 0.2 + 0.6 * double(random() >> 11) * 0x1p-53;
  design.times = {0.1, 0.4, 0.3, 0.2};
  return design;
}

TEST(FilterDesign, GradientIsThatOfTheBound) {
  for (const bool two_ports : {false, true}) {
    const FilterProblem problem = bands(two_ports, 0.05);
    FilterDesign design = grey_filters(problem);
    const BoundGradient g = bound_gradient(problem, design);
    const auto slope = [&](double& value) {
      const double start = value, h = 1e-4;
      const auto at = [&](double x) {
        value = x;
        const double bound = abundance_bound(problem, design);
        value = start;
        return bound;
      };
      return (8 * (at(start + h) - at(start - h)) - (at(start + 2 * h) - at(start - 2 * h))) /
             (12 * h);
    };
    for (std::size_t i = 0; i < design.filters.size(); i += 13) {
      EXPECT_NEAR(g.filters[i], slope(design.filters[i]), 1e-6 * std::abs(g.filters[i]) + 1e-5);
    }
    for (std::size_t m = 0; m < 4; ++m) {
      EXPECT_NEAR(g.times[m], slope(design.times[m]), 1e-6 * std::abs(g.times[m]));
    }
  }
}

TEST(FilterDesign, OneChannelPerFilterAndEqualTimesIsTheShotLimitTimesTheirNumber) {
  FilterProblem problem = bands(false);
  const std::int64_t n = static_cast<std::int64_t>(problem.channels());
  const FilterDesign scanned = equal_bands(problem, n);
  EXPECT_NEAR(abundance_bound(problem, scanned) / (double(n) * shot_limit(problem)), 1, 1e-12);
}

TEST(FilterDesign, NoDesignBeatsTheShotLimit) {
  const FilterProblem problem = bands(true);
  FilterSearch search;
  search.free_times = true;
  EXPECT_GT(abundance_bound(problem, exchange_filters(problem, search)), shot_limit(problem));
}

TEST(FilterDesign, FiltersThatTellNothingApartHaveNoBound) {
  const FilterProblem problem = bands(false);
  EXPECT_TRUE(std::isinf(abundance_bound(problem, equal_bands(problem, 2))));
}

TEST(FilterDesign, ExchangeEndsWhereNoSingleTurnHelps) {
  const FilterProblem problem = bands(false);
  FilterDesign design = exchange_filters(problem, {});
  const double bound = abundance_bound(problem, design);
  for (double& f : design.filters) {
    f = 1 - f;
    EXPECT_GE(abundance_bound(problem, design), bound * (1 - 1e-9));
    f = 1 - f;
  }
}

/// Class means of the cartilage map, each of sum 1.
FilterProblem cartilage(bool rubberband) {
  const formats::SpectralMap map = formats::read_spectral_map(test::cartilage_map_files());
  const auto n = static_cast<std::size_t>(map.channels());
  FilterProblem problem;
  problem.shares.assign(3, 1.0 / 3);
  problem.spectra.assign(3 * n, 0.0);
  for (std::size_t k = 0; k < 3; ++k) {
    std::vector<double> mean(n, 0.0);
    double count = 0;
    for (std::size_t i = 0; i < map.labels.size(); ++i) {
      if (map.labels[i] != static_cast<std::int64_t>(k) + 1) continue;
      count += 1;
      for (std::size_t j = 0; j < n; ++j) mean[j] += map.values[i * n + j];
    }
    for (double& value : mean) value /= count;
    if (rubberband) {
      const std::vector<double> hull = lower_hull(mean, map.shift_per_m);
      for (std::size_t j = 0; j < n; ++j) mean[j] -= hull[j];
    }
    const double sum = std::accumulate(mean.begin(), mean.end(), 0.0);
    for (std::size_t j = 0; j < n; ++j) problem.spectra[j * 3 + k] = mean[j] / sum;
  }
  return problem;
}

struct Published {
  bool rubberband;
  double ideal, bands, bands_two, exchange, exchange_two_free;
  double ratio_one, ratio_two;  ///< Goals over the shot limit.
};

class CartilageFilters : public ::testing::TestWithParam<Published> {
 protected:
  void SetUp() override { PARFOCAL_REQUIRE_FILE(test::cartilage_map_files().values); }
};

TEST_P(CartilageFilters, HaveThePublishedBounds) {
  const Published& p = GetParam();
  FilterProblem problem = cartilage(p.rubberband);
  const double ideal = shot_limit(problem);
  EXPECT_NEAR(ideal, p.ideal, 0.5);
  EXPECT_NEAR(abundance_bound(problem, equal_bands(problem, 3)), p.bands, 0.6);
  const double exchange = abundance_bound(problem, exchange_filters(problem, {}));
  EXPECT_NEAR(exchange, p.exchange, 1e-3 * p.exchange);
  EXPECT_LE(exchange / ideal, p.ratio_one);
  const double descent = abundance_bound(problem, descend_filters(problem, {}));
  EXPECT_LE(descent, 1.05 * exchange);
  const double chance = abundance_bound(problem, random_filters(problem, 3, 5));
  EXPECT_GT(chance, 50 * exchange);
  problem.two_ports = true;
  EXPECT_NEAR(abundance_bound(problem, equal_bands(problem, 3)), p.bands_two, 0.6);
  FilterSearch search;
  search.free_times = true;
  const double two = abundance_bound(problem, exchange_filters(problem, search));
  EXPECT_NEAR(two, p.exchange_two_free, 2e-3 * p.exchange_two_free);
  EXPECT_LE(two / ideal, p.ratio_two);
}

INSTANTIATE_TEST_SUITE_P(
    ClassMeans, CartilageFilters,
    ::testing::Values(Published{false, 5441, 197120, 125925, 21813, 15407, 4.05, 2.9},
                      Published{true, 2592, 754790, 482373, 10863, 7759, 4.2, 3.05}));

/// Weighted least squares on Poisson counts of a square design attains the bound.
TEST(FilterDesign, RepeatedCountsVaryAsTheBoundSays) {
  const FilterProblem problem = bands(false);
  const FilterDesign design = exchange_filters(problem, {});
  constexpr double kPhotons = 2e5;
  constexpr int kDraws = 20000;
  const std::size_t n = problem.channels();
  double g[3][3] = {}, mu[3] = {};
  for (std::size_t m = 0; m < 3; ++m) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t k = 0; k < 3; ++k) {
        const double light = problem.efficiency[j] * problem.spectra[j * 3 + k];
        g[m][k] += kPhotons * design.times[m] * design.filters[m * n + j] * light;
      }
    }
    for (std::size_t k = 0; k < 3; ++k) mu[m] += g[m][k] * problem.shares[k];
  }
  std::mt19937_64 random(17);
  std::poisson_distribution<int> counts[3] = {std::poisson_distribution<int>(mu[0]),
                                              std::poisson_distribution<int>(mu[1]),
                                              std::poisson_distribution<int>(mu[2])};
  const auto det = [](const double(&a)[3][3]) {
    return a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1]) -
           a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0]) +
           a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]);
  };
  double squares = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    double y[3];
    for (std::size_t m = 0; m < 3; ++m) y[m] = counts[m](random);
    for (std::size_t k = 0; k < 3; ++k) {  // Cramer's rule.
      double a[3][3];
      for (std::size_t m = 0; m < 3; ++m) {
        for (std::size_t c = 0; c < 3; ++c) a[m][c] = c == k ? y[m] : g[m][c];
      }
      const double error = det(a) / det(g) - problem.shares[k];
      squares += error * error;
    }
  }
  const double expected = abundance_bound(problem, design) / kPhotons;
  EXPECT_NEAR(squares / kDraws / expected, 1, 0.05);
}

}  // namespace
}  // namespace parfocal::test
