// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/spectrum.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>

#include "optics/sources/gauss_quadrature.h"
#include "tests/optics/sources/source_params.h"

namespace parfocal::optics {
namespace {

TEST(Spectrum, LinesHaveTheMeanAndTheWidthOfTheBand) {
  const auto source =
      source_of("type: plane_wave, wavelength: 550 nm, spectrum: {bandwidth: 20 nm, samples: 7}");
  double sum = 0.0, mean = 0.0, variance = 0.0;
  for (const SpectralLine& line : source->lines()) {
    sum += line.weight.item<double>();
    mean += line.weight.item<double>() * line.wavelength_m.item<double>();
  }
  for (const SpectralLine& line : source->lines()) {
    variance += line.weight.item<double>() * std::pow(line.wavelength_m.item<double>() - mean, 2);
  }
  EXPECT_NEAR(sum, 1.0, 1e-12);
  EXPECT_NEAR(mean, 550e-9, 1e-15);
  EXPECT_NEAR(std::sqrt(variance), 20e-9 / (2 * std::sqrt(2 * std::log(2.0))), 1e-13);
}

TEST(GaussQuadrature, IsExactForPolynomials) {
  const Quadrature normal = gauss_hermite(5), flat = gauss_legendre(5);
  EXPECT_NEAR((normal.x.pow(8) * normal.weight).sum().item<double>(), 105.0, 1e-9);
  EXPECT_NEAR((flat.x.pow(8) * flat.weight).sum().item<double>(), 1.0 / 9.0, 1e-13);
}

}  // namespace
}  // namespace parfocal::optics
