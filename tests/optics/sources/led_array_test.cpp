// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/led_array.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/angle.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "tests/optics/sources/source_from_yaml.h"
#include "tests/support/matchers.h"

namespace parfocal::optics {
namespace {

constexpr double kPi = std::numbers::pi;
const std::string kType = "type: led_array, wavelength: 523 nm, height: 110 mm, ";
// The board of a published Fourier-ptychography data set.
const std::string kRings =
    kType + "rings: {counts: [1, 8, 12, 16, 24, 32], spacing: 9 mm}, rotation: 90 deg";
const Grid kGrid = Grid::centred(6, 7, 0.5e-6, 0.5e-6);

Illumination light_of(const std::string& words, const Grid& grid = kGrid) {
  return source_from_yaml(words)->illuminate(beam_on(grid, 523e-9));
}

/// Spatial frequency of a mode along an axis (1: y, 2: x), read from one sample to the next.
double frequency(const Illumination& light, std::int64_t mode, std::int64_t axis) {
  const at::Tensor u = light.fields.narrow(0, mode, 1);
  const at::Tensor step = u.narrow(axis, 4, 1) * u.narrow(axis, 3, 1).conj();
  return at::angle(step).flatten()[0].item<double>() / (2 * kPi * 0.5e-6);
}

double na_of(const Illumination& light, std::int64_t mode) {
  return 523e-9 * std::hypot(frequency(light, mode, 1), frequency(light, mode, 2));
}

TEST(LedArray, RingsHaveThePublishedNumericalApertures) {
  const Illumination light = light_of(kRings);
  ASSERT_EQ(light.weights.numel(), 93);
  const std::array<std::int64_t, 6> counts{1, 8, 12, 16, 24, 32};
  const std::array<double, 6> published{0.0, 0.0815, 0.1615, 0.2384, 0.3110, 0.3786};
  std::int64_t mode = 0;
  for (std::size_t ring = 0; ring < counts.size(); ++ring) {
    for (std::int64_t q = 0; q < counts[ring]; ++q, ++mode) {
      ASSERT_NEAR(na_of(light, mode), published[ring], 5e-5) << "ring " << ring << ", LED " << q;
      const double r = 9e-3 * static_cast<double>(ring), range = std::hypot(r, 110e-3) * 523e-9;
      const double phi = 2 * kPi * static_cast<double>(q) / static_cast<double>(counts[ring]);
      ASSERT_NEAR(frequency(light, mode, 2), r * std::sin(phi) / range, 1.0);
      ASSERT_NEAR(frequency(light, mode, 1), -r * std::cos(phi) / range, 1.0);
    }
  }
}

TEST(LedArray, SphericalWavesAreThoseOfTheDistances) {
  const std::string board = "positions: [[3 mm, -4 mm], [0 mm, 2 mm]], wave: spherical";
  const Grid grid = Grid::centred(5, 6, 2.5e-6, 2e-6);
  const std::string words = "type: led_array, wavelength: 523 nm, height: 60 mm, " + board;
  const at::Tensor field = light_of(words, grid).fields[0];
  const double y_s = 3e-3, x_s = -4e-3, d = 60e-3;
  const double axis = std::sqrt(y_s * y_s + x_s * x_s + d * d);
  for (std::int64_t i = 0; i < 5; ++i) {
    for (std::int64_t j = 0; j < 6; ++j) {
      const double y = grid.y_m(i) - y_s, x = grid.x_m(j) - x_s;
      const double range = std::sqrt(y * y + x * x + d * d);
      const auto expected =
          std::polar(std::pow(axis / range, 1.5), 2 * kPi * (range - axis) / 523e-9);
      const auto got = field[i][j].item<c10::complex<double>>();
      // The direct difference rounds at 1e-16 of 7e5 rad.
      EXPECT_NEAR(got.real(), expected.real(), 1e-9);
      EXPECT_NEAR(got.imag(), expected.imag(), 1e-9);
    }
  }
}

TEST(LedArray, SphericalWavesTendToPlaneOnesFarAway) {
  const std::string board =
      "type: led_array, wavelength: 523 nm, height: 100 m, "
      "grid: {size: [3, 2], pitch: [9 m, 7 m]}";
  // The sagitta r^2 / (2 d) is 2e-14 m, a phase of 2e-7 rad.
  EXPECT_TRUE(
      test::close(light_of(board + ", wave: spherical").fields, light_of(board).fields, 1e-6));
}

TEST(LedArray, HalvesOfTheBoardCompleteEachOther) {
  const std::string na = ", na: [0.01, 0.25]";
  const Illumination right = light_of(kRings + na + ", azimuth: [-90 deg, 90 deg]");
  const Illumination left = light_of(kRings + na + ", azimuth: [90 deg, 270 deg]");
  EXPECT_EQ(right.weights.numel(), 18);
  EXPECT_EQ(left.weights.numel(), 18);
  for (std::int64_t mode = 0; mode < 18; ++mode) {
    EXPECT_LT(frequency(right, mode, 2), 1.0);
    EXPECT_GT(frequency(left, mode, 2), -1.0);
    EXPECT_LT(na_of(right, mode), 0.25);
  }
  EXPECT_EQ(light_of(kRings + ", na: [0.2, 0.32]").weights.numel(), 40);
}

TEST(LedArray, NumbersAndBrightnessAreInTheOrderOfTheLayout) {
  const std::string board = kType + "grid: {size: [3, 4], pitch: [4 mm, 5 mm]}, lit: [1, 6, 11]";
  const Illumination light = light_of(board + ", brightness: [0.5, 2, 0]");
  EXPECT_TRUE(test::close(light.weights, at::tensor({0.5, 2.0, 0.0}, at::kDouble), 0.0));
  // LED 1 stands in row 0, column 1: at (-4, -5) mm, so that it lights towards +y, +x.
  const double range = std::sqrt(16.0 + 25.0 + 110.0 * 110.0);
  EXPECT_NEAR(frequency(light, 0, 1) * 523e-9, 4 / range, 1e-9);
  EXPECT_NEAR(frequency(light, 0, 2) * 523e-9, 5 / range, 1e-9);
  EXPECT_NEAR(na_of(light, 1), 0.0, 1e-9);
}

TEST(LedArray, RefusesSelectionsThatDoNotFit) {
  const std::string board = kType + "grid: {size: [2, 2], pitch: [4 mm, 5 mm]}";
  const auto says = [](const std::string& words, const std::string& text) {
    return mistake_in(words).find(text) != std::string::npos;
  };
  EXPECT_TRUE(says(board + ", na: [0.5, 0.6]",
                   "lit, na and azimuth: select none of the 4 LEDs; widen the selection"));
  EXPECT_TRUE(says(board + ", lit: []", "select none of the 4 LEDs"));
  EXPECT_TRUE(says(board + ", lit: [0, 4]", "lit: LED 4 is not among the 4 LEDs"));
  EXPECT_TRUE(says(board + ", brightness: [1, 1, 1]",
                   "brightness: expected 4 values, one for each lit LED; got 3"));
  EXPECT_TRUE(says(board + ", brightness: [1, 1, 1, -1]", "brightness"));
  EXPECT_TRUE(says(kType + "lit: [0]", "expected exactly one of grid, rings and positions; got 0"));
}

TEST(LedArray, RefusesAnAngleBeyondNyquist) {
  const Beam coarse = beam_on(Grid::centred(8, 8, 1e-6, 1e-6), 523e-9);
  EXPECT_NE(error_of_light(kRings, coarse)
                .find("optics.light.positions: sin = 0.378633 along y exceeds 0.2615, the Nyquist"),
            std::string::npos)
      << error_of_light(kRings, coarse);
}

}  // namespace
}  // namespace parfocal::optics
