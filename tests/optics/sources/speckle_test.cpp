// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/speckle.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/optics/sources/source_from_yaml.h"
#include "tests/support/matchers.h"

namespace parfocal::optics {
namespace {

const std::string kType = "type: speckle, wavelength: 532 nm, ";
const Grid kGrid = Grid::centred(128, 128, 1e-6, 1e-6);

Illumination patterns(const std::string& words, const Grid& grid = kGrid) {
  return source_from_yaml(kType + words)->illuminate(beam_on(grid));
}

double contrast(const at::Tensor& irradiance) {
  return irradiance.std().item<double>() / irradiance.mean().item<double>();
}

// 128^2 samples hold 800 grains of 4 um; 16 patterns give the contrast to 1 / sqrt(13000), about
// 1 %.
TEST(Speckle, HasContrastOne) {
  const Illumination light = patterns("grain_size: 4 um, average: 16");
  const at::Tensor irradiance = light.fields.abs().square();
  EXPECT_NEAR(contrast(irradiance), 1.0, 0.03);
  EXPECT_NEAR(irradiance.mean().item<double>(), 1.0, 0.03);
  // Negative exponential: <I^2> = 2, <I^3> = 6; circular: <U^2> = 0.
  EXPECT_NEAR(irradiance.square().mean().item<double>(), 2.0, 0.1);
  EXPECT_NEAR(irradiance.pow(3).mean().item<double>(), 6.0, 0.8);
  const auto square = light.fields.square().mean().item<c10::complex<double>>();
  EXPECT_LT(std::hypot(square.real(), square.imag()), 0.03);
}

TEST(Speckle, AverageOfPatternsHasTheContrastOfTheInverseRoot) {
  for (const int average : {4, 16}) {
    const Illumination light = patterns("grain_size: 3 um, average: " + std::to_string(average));
    const at::Tensor sum = (light.fields.abs().square() * light.weights.reshape({-1, 1, 1})).sum(0);
    EXPECT_NEAR(contrast(sum) * std::sqrt(average), 1.0, 0.06) << average;
  }
}

// (2 J_1(v) / v)^2 with v = 2 pi f_c D: one half at D = grain_size / 2, zero at 0.61 / f_c.
TEST(Speckle, AutocovarianceOfTheIrradianceIsThatOfTheRoundPupil) {
  const double cutoff_per_um = 0.514497 / 8.0;
  const Grid grid = Grid::centred(160, 160, 1e-6, 1e-6);
  const at::Tensor irradiance =
      patterns("grain_size: 8 um, average: 64", grid).fields.abs().square();
  for (const std::int64_t d : {1, 2, 4, 6, 9}) {
    const double v = 2 * std::numbers::pi * cutoff_per_um * static_cast<double>(d);
    const double expected = std::pow(2 * std::cyl_bessel_j(1.0, v) / v, 2);
    for (const std::int64_t axis : {1, 2}) {
      const at::Tensor here = irradiance.narrow(axis, 0, 160 - d);
      const at::Tensor there = irradiance.narrow(axis, d, 160 - d);
      // 330 grains in each of 64 patterns.
      EXPECT_NEAR((here * there).mean().item<double>() - 1.0, expected, 0.04) << d;
    }
  }
  const double v = std::numbers::pi * 0.514497;
  EXPECT_NEAR(std::pow(2 * std::cyl_bessel_j(1.0, v) / v, 2), 0.5, 1e-5);
}

TEST(Speckle, IsAFunctionOfThePlace) {
  const at::Tensor coarse = patterns("grain_size: 5 um", Grid::centred(32, 32, 2e-6, 2e-6)).fields;
  const at::Tensor fine = patterns("grain_size: 5 um", Grid::centred(64, 64, 1e-6, 1e-6)).fields;
  EXPECT_TRUE(test::close(fine.slice(1, 0, 64, 2).slice(2, 0, 64, 2), coarse, 1e-12));
  const at::Tensor other = patterns("grain_size: 5 um, seed: 3").fields;
  EXPECT_GT((other - patterns("grain_size: 5 um").fields).abs().mean().item<double>(), 0.5);
}

TEST(Speckle, RefusesAGrainThatIsNotResolvedOrTrainedTooSmall) {
  EXPECT_EQ(error_of([] { static_cast<void>(patterns("grain_size: 1 um")); }),
            "optics.light.grain_size = 1 um: not resolved by samples of pitch 1 um, limit 972 nm; "
            "take a finer pitch or a larger grain");
  ParameterTree tree;
  const auto source = source_from_yaml(kType + "grain_size: 8 um", &tree);
  tree.at("optics.light.grain_size").leaf.fill_(3.0);
  EXPECT_EQ(error_of([&] { static_cast<void>(source->illuminate(beam_on(kGrid))); }),
            "optics.light.grain_size = 3 um: is less than half of the 8 um that it was built with, "
            "so that the pattern repeats in the plane; build it with a smaller grain");
}

}  // namespace
}  // namespace parfocal::optics
