// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/spectrum.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "optics/sources/gauss_quadrature.h"
#include "tests/optics/sources/source_from_yaml.h"
#include "tests/support/matchers.h"

namespace parfocal::optics {
namespace {

std::vector<SpectralLine> lines_of(const std::string& words) {
  return source_from_yaml("type: plane_wave, wavelength: 532 nm" + words)->lines();
}

/// sum_j w_j (wavelength_j - 532 nm)^order, in nm.
double moment(const std::vector<SpectralLine>& lines, int order) {
  double sum = 0.0;
  for (const SpectralLine& line : lines) {
    const double offset_nm = line.wavelength_m.item<double>() * 1e9 - 532.0;
    sum += line.weight.item<double>() * std::pow(offset_nm, order);
  }
  return sum;
}

/// Standard deviation of a Gaussian of full width 20 nm at half maximum: exp(-10^2 / (2 s^2)) = 1/2.
const double kSigma = 10.0 / std::sqrt(2.0 * std::log(2.0));

TEST(Quadrature, HasTheTabulatedNodesAndWeights) {
  const Quadrature hermite = gauss_hermite(3), legendre = gauss_legendre(2);
  const double r = std::sqrt(3.0);
  EXPECT_TRUE(test::close(hermite.x, at::tensor({-r, 0.0, r}, at::kDouble), 1e-14));
  EXPECT_TRUE(
      test::close(hermite.weight, at::tensor({1 / 6.0, 2 / 3.0, 1 / 6.0}, at::kDouble), 1e-14));
  EXPECT_TRUE(test::close(legendre.x, at::tensor({-1 / r, 1 / r}, at::kDouble), 1e-14));
  EXPECT_TRUE(test::close(legendre.weight, at::tensor({0.5, 0.5}, at::kDouble), 1e-14));
}

TEST(Quadrature, IntegratesPolynomialsUpToTheDegreeTwoNLessOne) {
  const Quadrature hermite = gauss_hermite(6), legendre = gauss_legendre(6);
  double normal = 1.0;  // (k - 1)!!, the even moments of N(0, 1)
  for (int k = 2; k <= 10; k += 2) {
    normal *= k - 1;
    EXPECT_NEAR((hermite.weight * hermite.x.pow(k)).sum().item<double>() / normal, 1.0, 1e-12);
    EXPECT_NEAR((legendre.weight * legendre.x.pow(k)).sum().item<double>() * (k + 1), 1.0, 1e-12);
    EXPECT_NEAR((hermite.weight * hermite.x.pow(k - 1)).sum().item<double>(), 0.0, 1e-10);
  }
}

TEST(Quadrature, IsSymmetricToTheLastBit) {
  for (const Quadrature& rule : {gauss_hermite(7), gauss_legendre(8)}) {
    EXPECT_TRUE(test::identical(rule.x.flip(0), -rule.x));
    EXPECT_TRUE(test::identical(rule.weight.flip(0), rule.weight));
  }
}

TEST(Spectrum, IsOneLineByDefault) {
  const auto lines = lines_of("");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].wavelength_m.item<double>(), 532e-9);
  EXPECT_EQ(lines[0].weight.item<double>(), 1.0);
}

TEST(Spectrum, GaussLinesHaveTheMomentsOfTheBand) {
  const auto gaussian = lines_of(", spectrum: {bandwidth: 20 nm}");
  ASSERT_EQ(gaussian.size(), 5u);
  EXPECT_NEAR(moment(gaussian, 0), 1.0, 1e-14);
  EXPECT_NEAR(moment(gaussian, 1), 0.0, 1e-10);
  EXPECT_NEAR(moment(gaussian, 2) / (kSigma * kSigma), 1.0, 1e-10);
  EXPECT_NEAR(moment(gaussian, 4) / (3.0 * std::pow(kSigma, 4)), 1.0, 1e-10);
  EXPECT_NEAR(moment(gaussian, 8) / (105.0 * std::pow(kSigma, 8)), 1.0, 1e-10);
  const auto flat = lines_of(", spectrum: {bandwidth: 20 nm, profile: flat, samples: 4}");
  EXPECT_NEAR(moment(flat, 2) / (100.0 / 3.0), 1.0, 1e-10);
  EXPECT_NEAR(moment(flat, 6) / (1e6 / 7.0), 1.0, 1e-10);
}

// The mean of each of n equal bands of a flat band leaves out 1 / n^2 of the variance. The bands at
// the ends of a Gaussian are wide: 0.0052887 is left out at n = 50 (from tables of the normal
// distribution).
TEST(Spectrum, LinesOfEqualAreaHaveEqualSharesAndNearlyTheVariance) {
  const auto flat =
      lines_of(", spectrum: {bandwidth: 20 nm, profile: flat, rule: equal_area, samples: 8}");
  EXPECT_NEAR(moment(flat, 2), 100.0 / 3.0 * (1.0 - 1.0 / 64.0), 1e-9);
  const auto gaussian = lines_of(", spectrum: {bandwidth: 20 nm, rule: equal_area, samples: 50}");
  EXPECT_EQ(gaussian[0].weight.item<double>(), 1.0 / 50.0);
  EXPECT_NEAR(moment(gaussian, 1), 0.0, 1e-9);
  EXPECT_NEAR(moment(gaussian, 2) / (kSigma * kSigma), 1.0 - 0.0052887, 1e-6);
  // Two halves of a Gaussian: their means are at sqrt(2 / pi) sigma.
  const auto two = lines_of(", spectrum: {bandwidth: 20 nm, rule: equal_area, samples: 2}");
  EXPECT_NEAR(two[1].wavelength_m.item<double>() * 1e9 - 532.0,
              std::sqrt(2.0 / std::numbers::pi) * kSigma, 1e-9);
}

TEST(Spectrum, HangsWavelengthAndBandwidthAsLeavesInNanometres) {
  ParameterTree tree;
  const auto source = source_from_yaml(
      "type: plane_wave, wavelength: 532 nm, spectrum: {bandwidth: 20 nm, samples: 3}", &tree);
  const at::Tensor leaf = tree.at("optics.light.spectrum.bandwidth").leaf;
  EXPECT_NEAR(leaf.item<double>(), 20.0, 1e-12);
  EXPECT_NEAR(tree.at("optics.light.wavelength").leaf.item<double>(), 532.0, 1e-12);
  leaf.fill_(10.0);
  EXPECT_NEAR(moment(source->lines(), 2) / (0.25 * kSigma * kSigma), 1.0, 1e-10);
}

TEST(Spectrum, RefusesALineThatIsNotPositive) {
  EXPECT_EQ(error_of([] { lines_of(", spectrum: {bandwidth: 600 nm}"); }),
            "optics.light.spectrum: has a line at -195.946 nm, expected wavelengths above 0; take "
            "a smaller bandwidth or fewer samples");
}

}  // namespace
}  // namespace parfocal::optics
