// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <numbers>

#include "solvers/spectral/pentadiagonal.h"
#include "solvers/spectral/polynomial_fit.h"
#include "solvers/spectral/spectrum_baseline.h"
#include "solvers/spectral/whittaker_baseline.h"

namespace parfocal::test {
namespace {

using namespace parfocal::solvers;
using Values = std::vector<double>;

double frac(double a) { return a - std::floor(a); }

/// Three bands and a falling background; `stretch` makes the channels that much finer.
Values test_spectrum(std::int64_t n = 500, double stretch = 1) {
  Values y;
  for (std::int64_t i = 0; i < n; ++i) {
    const double noise =
        2 * (frac(43758.5453 * std::sin(12.9898 * (static_cast<double>(i) + 1) + 78.233)) - 0.5);
    const double j = static_cast<double>(i) / stretch;
    const double a = (j - 120) / 5, b = (j - 250) / 4, c = (j - 380) / 8;
    y.push_back(100 + 80 * std::exp(-j / 200) + 50 * std::exp(-a * a / 2) + 30 / (1 + b * b) +
                60 * std::exp(-c * c / 2) + noise);
  }
  return y;
}

double truth(double j) { return 100 + 80 * std::exp(-j / 200); }

double rmse(const Values& z, double stretch = 1) {
  double squares = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double error = z[i] - truth(static_cast<double>(i) / stretch);
    squares += error * error;
  }
  return std::sqrt(squares / static_cast<double>(z.size()));
}

struct Found {
  Values z;
  WhittakerOutcome outcome;
};

Found whittaker(const WhittakerOptions& options, const Values& y,
                SimdLevel level = best_simd_level(), const Values& axis = {}) {
  const auto n = static_cast<std::int64_t>(y.size());
  Found found{Values(y.size()), {}};
  whittaker_baselines(options, RoughnessBand::of(n, axis), y, {}, found.z,
                      std::span(&found.outcome, 1), level);
  return found;
}

struct Golden {
  const char* name;
  std::int64_t fits;
  std::array<double, 5> z;  ///< At channels 0, 120, 250, 380, 499.
  double rmse;
  double tolerance = 1e-6;
};

void expect_golden(const Golden& golden, const Values& z, std::int64_t fits) {
  constexpr std::array<std::size_t, 5> kPlaces{0, 120, 250, 380, 499};
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_NEAR(z[kPlaces[k]], golden.z[k], golden.tolerance)
        << golden.name << ", channel " << kPlaces[k];
  }
  // A loop that rounding steers may stop elsewhere.
  EXPECT_LE(std::abs(fits - golden.fits), golden.tolerance > 1e-4 ? 15 : 0) << golden.name;
  EXPECT_NEAR(rmse(z), golden.rmse, 0.006 * golden.rmse + 0.0006) << golden.name;
}

// A published comparison of baselines on one spectrum, values to 1e-6.
TEST(Baselines, OfTheTestSpectrumAreThePublishedOnes) {
  const Values y = test_spectrum();
  double sum = 0;
  for (const double value : y) sum += value;
  EXPECT_NEAR(sum, 66935.184040, 1e-6);
  using enum WhittakerRule;
  const std::vector<std::pair<WhittakerOptions, Golden>> whittaker_types{
      {{kWhittaker},
       {"whittaker", 1, {179.577112, 155.959740, 129.202119, 134.278117, 106.267944}, 7.43}},
      {{kAsls}, {"asls", 6, {175.005879, 143.879122, 122.800398, 112.699243, 104.512263}, 1.108}},
      {{kArpls},
       {"arpls", 10, {179.494072, 143.803606, 123.741978, 112.241944, 106.221387}, 0.335}},
      {{kAirpls},
       {"airpls", 3, {175.026575, 143.889401, 123.384924, 112.550798, 104.523732}, 1.034}},
      {{kPsalsa, 1e5, 0.5},
       {"psalsa", 6, {179.146482, 143.926182, 123.956308, 112.387612, 106.167198}, 0.422}}};
  for (const auto& [options, golden] : whittaker_types) {
    const Found found = whittaker(options, y);
    EXPECT_TRUE(found.outcome.converged) << golden.name;
    expect_golden(golden, found.z, found.outcome.solves);
  }
}

// The published aspls and iasls come from float64 solvers, whose rounding moves them: weights of
// 1e-4 and less meet lambda = 1e5. In float64 aspls stops after 51 to 64 solves, as the order of the
// sums has it.
TEST(Baselines, FoundSpectrumBySpectrumAreThePublishedOnes) {
  const Values y = test_spectrum();
  const std::vector<std::pair<SpectrumBaseline, Golden>> others{
      {drpls(y, 1e5),
       {"drpls", 8, {179.695813, 143.914461, 123.896573, 112.358582, 106.356345}, 0.376}},
      {aspls(y, 1e5),
       {"aspls", 64, {180.156134, 143.644826, 124.369951, 112.503475, 106.260084}, 0.518, 0.01}},
      {iasls(y, 1e5),
       {"iasls", 10, {157.420795, 139.769176, 122.752055, 109.518188, 98.508251}, 6.89, 3e-5}},
      {modpoly(y, 4),
       {"modpoly", 6, {175.167733, 143.946565, 122.203561, 112.634491, 99.488523}, 1.68}},
      {imodpoly(y, 4),
       {"imodpoly", 17, {180.039917, 143.968305, 123.394313, 112.304384, 106.338452}, 0.305}},
      {snip(y, 40),
       {"snip", 40, {180.487848, 143.275817, 122.824074, 111.414904, 106.262458}, 0.69}},
      {rubberband(y),
       {"rubberband", 1, {180.487848, 143.275817, 122.811917, 111.411105, 106.262458}, 0.70}}};
  for (const auto& [found, golden] : others) expect_golden(golden, found.values, found.fits);
}

TEST(Baselines, IarplsCollapsesOnThisSpectrumAsPublished) {
  WhittakerOptions options;
  options.rule = WhittakerRule::kIarpls;
  const Found found = whittaker(options, test_spectrum());
  EXPECT_EQ(found.outcome.solves, 32);
  EXPECT_NEAR(rmse(found.z), 15, 0.5);
}

TEST(Arpls, FinerChannelsGiveTheSameBaseline) {
  const std::vector<std::tuple<std::int64_t, double, double, double>> cases{
      {1000, 2, 0.322, 123.699}, {2000, 4, 0.296, 123.690}};
  for (const auto& [n, stretch, error, middle] : cases) {
    WhittakerOptions options;
    options.smoothness = 1e5 * std::pow(stretch, 4);
    const Values z = whittaker(options, test_spectrum(n, stretch)).z;
    EXPECT_NEAR(rmse(z, stretch), error, 6e-4) << n;
    EXPECT_NEAR(z[static_cast<std::size_t>(n / 2)], middle, 6e-4) << n;
  }
}

TEST(Whittaker, ReproducesStraightLinesAndHasThePublishedGain) {
  WhittakerOptions options;
  options.rule = WhittakerRule::kWhittaker;
  Values line;
  for (int i = 0; i < 300; ++i) line.push_back(3 - 0.25 * i);
  const Values z = whittaker(options, line).z;
  for (std::size_t i = 0; i < z.size(); ++i) ASSERT_NEAR(z[i], line[i], 1e-9);
  const std::vector<std::pair<double, double>> gains{
      {50, 0.03865306}, {111.7, 0.49984012}, {300, 0.98112329}};
  for (const auto& [period, gain] : gains) {
    Values wave;
    constexpr int kN = 9000;
    for (int i = 0; i < kN; ++i)
      wave.push_back(std::cos(2 * std::numbers::pi * (i - kN / 2) / period));
    EXPECT_NEAR(whittaker(options, wave).z[kN / 2], gain, 6e-9) << period;
  }
}

TEST(Whittaker, AgreesWithADenseSolve) {
  constexpr std::size_t kN = 60;
  Values y = test_spectrum(kN), x;
  for (std::size_t i = 0; i < kN; ++i) x.push_back(double(i) + 0.3 * std::sin(0.7 * double(i)));
  const RoughnessBand band = RoughnessBand::of(kN, x);
  // Gauss elimination of the full matrix, built from the definition of divided differences.
  std::vector<Values> a(kN, Values(kN, 0.0));
  Values steps;
  for (std::size_t i = 1; i < kN; ++i) steps.push_back(x[i] - x[i - 1]);
  std::nth_element(steps.begin(), steps.begin() + steps.size() / 2, steps.end());
  const double unit = steps[steps.size() / 2];
  for (std::size_t i = 0; i + 2 < kN; ++i) {
    const double h1 = (x[i + 1] - x[i]) / unit, h2 = (x[i + 2] - x[i + 1]) / unit;
    const std::array<double, 3> row{2 / (h1 * (h1 + h2)), -2 / (h1 * h2), 2 / (h2 * (h1 + h2))};
    for (std::size_t p = 0; p < 3; ++p) {
      for (std::size_t q = 0; q < 3; ++q) a[i + p][i + q] += 1e5 * row[p] * row[q];
    }
  }
  Values b = y;
  for (std::size_t i = 0; i < kN; ++i) a[i][i] += 1;
  for (std::size_t i = 0; i < kN; ++i) {
    for (std::size_t j = i + 1; j < kN; ++j) {
      const double f = a[j][i] / a[i][i];
      for (std::size_t k = i; k < kN; ++k) a[j][k] -= f * a[i][k];
      b[j] -= f * b[i];
    }
  }
  for (std::size_t i = kN; i-- > 0;) {
    for (std::size_t k = i + 1; k < kN; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  WhittakerOptions options;
  options.rule = WhittakerRule::kWhittaker;
  const Values z = whittaker(options, y, best_simd_level(), x).z;
  for (std::size_t i = 0; i < kN; ++i) EXPECT_NEAR(z[i], b[i], 1e-8);
}

/// Many spectra of different difficulty, more than lanes.
struct Crowd {
  static constexpr std::int64_t kN = 200, kCount = 53;
  Values spectra, counting;

  Crowd() : counting(kN * kCount, 1.0) {
    for (std::int64_t s = 0; s < kCount; ++s) {
      Values y = test_spectrum(kN, 0.4);
      for (std::int64_t i = 0; i < kN; ++i) {
        spectra.push_back(y[static_cast<std::size_t>(i)] * (1 + 0.1 * double(s % 7)) +
                          double(s) * std::sin(0.01 * double(i * (s % 5))));
      }
    }
  }
  [[nodiscard]] Values baselines(const WhittakerOptions& options, std::int64_t first,
                                 std::int64_t count, SimdLevel level = best_simd_level()) const {
    Values z(static_cast<std::size_t>(kN * count));
    std::vector<WhittakerOutcome> outcomes(static_cast<std::size_t>(count));
    const auto begin = static_cast<std::size_t>(first * kN), size = z.size();
    whittaker_baselines(options, RoughnessBand::of(kN, {}), std::span(spectra).subspan(begin, size),
                        std::span(counting).subspan(begin, size), z, outcomes, level);
    return z;
  }
};

TEST(Whittaker, ASpectrumDoesNotFeelItsNeighbours) {
  const Crowd crowd;
  const Values together = crowd.baselines({}, 0, Crowd::kCount);
  for (std::int64_t s = 0; s < Crowd::kCount; ++s) {
    const Values alone = crowd.baselines({}, s, 1);
    ASSERT_EQ(Values(together.begin() + s * Crowd::kN, together.begin() + (s + 1) * Crowd::kN),
              alone);
  }
}

TEST(Whittaker, InstructionSetsAgree) {
  const Crowd crowd;
  for (const auto rule : {WhittakerRule::kArpls, WhittakerRule::kAirpls, WhittakerRule::kPsalsa}) {
    WhittakerOptions options;
    options.rule = rule;
    const Values best = crowd.baselines(options, 0, Crowd::kCount);
    const Values plain = crowd.baselines(options, 0, Crowd::kCount, SimdLevel::kBaseline);
    for (std::size_t i = 0; i < best.size(); ++i) ASSERT_NEAR(best[i], plain[i], 1e-6);
  }
}

TEST(Whittaker, SamplesThatDoNotCountDoNotMatter) {
  Crowd crowd;
  for (std::int64_t i = 60; i < 66; ++i) crowd.counting[static_cast<std::size_t>(i)] = 0;
  for (std::int64_t i = 0; i < Crowd::kN; ++i) {
    crowd.counting[static_cast<std::size_t>(Crowd::kN + i)] = i < 2 ? 1 : 0;
  }
  const Values first = crowd.baselines({}, 0, 2);
  for (std::int64_t i = 60; i < 66; ++i) {
    crowd.spectra[static_cast<std::size_t>(i)] = std::numeric_limits<double>::quiet_NaN();
  }
  EXPECT_EQ(crowd.baselines({}, 0, 2), first);
  for (std::int64_t i = 0; i < Crowd::kN; ++i) {
    EXPECT_TRUE(std::isfinite(first[static_cast<std::size_t>(i)]));
    EXPECT_EQ(first[static_cast<std::size_t>(Crowd::kN + i)], 0.0);
  }
}

TEST(PolynomialFit, GivesPolynomialsBack) {
  Values y;
  for (int i = 0; i < 40; ++i) y.push_back(2 + 0.5 * i - 0.03 * i * i + 1e-3 * i * i * i);
  std::vector<bool> kept(40, true);
  kept[7] = kept[8] = false;
  for (const std::vector<bool>& which : {std::vector<bool>{}, kept}) {
    const Values z = PolynomialFit(40, 3, which).fit(y);
    for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(z[i], y[i], 1e-11);
  }
}

}  // namespace
}  // namespace parfocal::test
