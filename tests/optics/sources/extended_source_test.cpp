// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/extended_source.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/real.h>
#include <ATen/ops/view_as_real.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/optics/parts.h"
#include "tests/optics/sources/source_from_yaml.h"
#include "tests/support/matchers.h"

namespace parfocal::optics {
namespace {

const std::string kType = "type: extended_source, wavelength: 500 nm, ";
constexpr double kNa = 0.2;
// Coordinates from 0: the first sample is the reference point.
const Grid kAlongX = {1, 101, 1e-6, 0.04e-6, 0.0, 0.0};
const Grid kAlongY = {101, 1, 0.04e-6, 1e-6, 0.0, 0.0};

double jinc(double v) { return v == 0.0 ? 1.0 : 2.0 * std::cyl_bessel_j(1.0, v) / v; }
/// v at the distance of sample j from the first.
double v_of(std::int64_t j) {
  return 2 * std::numbers::pi * static_cast<double>(j) * 0.04e-6 * kNa / 500e-9;
}

/// Degree of coherence between the first sample and all others.
at::Tensor coherence(const std::string& words, const Grid& grid) {
  return mutual_intensity(source_from_yaml(kType + words)->illuminate(beam_on(grid, 500e-9)))
      .select(1, 0);
}

double largest_error(const at::Tensor& mu, const std::function<double(double)>& expected) {
  double worst = 0.0;
  for (std::int64_t j = 0; j < mu.numel(); ++j) {
    const auto value = mu[j].item<c10::complex<double>>();
    worst = std::max(worst, std::hypot(value.real() - expected(v_of(j)), value.imag()));
  }
  return worst;
}

// Van Cittert-Zernike. v runs to 10.05; the header states an error below 3 / points.
TEST(ExtendedSource, DiscHasTheDegreeOfCoherenceOfVanCittertAndZernike) {
  for (const int points : {50, 100, 400, 3000}) {
    const std::string words = fmt::format("na: 0.2, points: {}", points);
    EXPECT_LT(largest_error(coherence(words, kAlongX), jinc), 3.0 / points) << points;
    EXPECT_LT(largest_error(coherence(words, kAlongY), jinc), 3.0 / points) << points;
  }
}

TEST(ExtendedSource, CoherenceVanishesAtTheDistanceOfTheAiryRadius) {
  const at::Tensor mu = at::real(coherence("na: 0.2, points: 3000", kAlongX));
  std::int64_t j = 0;
  while (mu[j + 1].item<double>() > 0.0) ++j;
  const double before = mu[j].item<double>(), after = mu[j + 1].item<double>();
  const double zero_um = 0.04 * (static_cast<double>(j) + before / (before - after));
  // 1e-3 of coherence over the slope 0.21 per unit of v is 0.12 % of 3.83.
  EXPECT_NEAR(zero_um / (0.609835 * 0.5 / kNa), 1.0, 2e-3);
}

TEST(ExtendedSource, AnnulusIsADiscLessADisc) {
  const double q = 0.8;
  const auto expected = [q](double v) { return (jinc(v) - q * q * jinc(q * v)) / (1 - q * q); };
  const at::Tensor mu =
      coherence("shape: annulus, na: 0.2, inner_ratio: 0.8, points: 1000", kAlongX);
  EXPECT_LT(largest_error(mu, expected), 3.0 / 1000);
}

// Mean direction of a sector of half angle h: NA (2 / 3) sin(h) / h. Small distances see it as the
// slope of the phase of the coherence.
TEST(ExtendedSource, SectorsLightTowardsTheirDirection) {
  const auto mean = [](const std::string& words, const Grid& grid) {
    const at::Tensor mu = coherence(words, grid);
    const auto step = mu[1].item<c10::complex<double>>();
    return std::arg(std::complex<double>(step.real(), step.imag())) / v_of(1);
  };
  const double half = 4.0 / (3.0 * std::numbers::pi);
  const double quadrant = 2.0 / 3.0 * std::sin(std::numbers::pi / 4) / (std::numbers::pi / 4);
  const std::string many = ", na: 0.2, points: 2000";
  EXPECT_NEAR(mean("shape: half_disc" + many, kAlongX), half, 2e-3);
  EXPECT_NEAR(mean("shape: half_disc" + many, kAlongY), 0.0, 2e-3);
  EXPECT_NEAR(mean("shape: half_disc, direction: 90 deg" + many, kAlongY), half, 2e-3);
  EXPECT_NEAR(mean("shape: half_disc, direction: 180 deg" + many, kAlongX), -half, 2e-3);
  EXPECT_NEAR(mean("shape: quadrant, direction: 45 deg" + many, kAlongX), quadrant * std::sqrt(0.5),
              2e-3);
}

TEST(ExtendedSource, AngularRadiusIsMeasuredInTheMedium) {
  const Beam water = beam_on(Grid::centred(9, 12, 0.5e-6, 0.5e-6), 500e-9, 1.33);
  const auto by_angle = source_from_yaml(kType + "angular_radius: 10 deg, points: 20");
  const auto by_na = source_from_yaml(
      kType + fmt::format("na: {:.15f}, points: 20", 1.33 * std::sin(10 * std::numbers::pi / 180)));
  EXPECT_TRUE(
      test::close(by_angle->illuminate(water).fields, by_na->illuminate(water).fields, 1e-12));
}

TEST(ExtendedSource, RefusesAnNaAtTheIndexOrBeyondNyquist) {
  const Grid grid = Grid::centred(8, 8, 1e-6, 1e-6);
  EXPECT_EQ(error_of_light(kType + "na: 1.2", beam_on(grid, 500e-9)),
            "optics.light.na: sin = 1.2 of the angle from the axis, expected below 1");
  EXPECT_NE(error_of_light(kType + "na: 0.9", beam_on(grid, 500e-9)).find("the Nyquist limit"),
            std::string::npos);
  EXPECT_NE(mistake_in(kType + "points: 5").find("exactly one of na and angular_radius; got none"),
            std::string::npos);
}

}  // namespace
}  // namespace parfocal::optics
