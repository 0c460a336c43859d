// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/led_array.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/angle.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "tests/optics/sources/source_params.h"

namespace parfocal::optics {
namespace {

const Beam kBeam{Grid::centred(8, 8, 0.2e-6, 0.2e-6), 523e-9};

/// Sine of the angle of a mode, from its phase step per sample.
double sine_of(const at::Tensor& field) {
  const double turn = 2 * std::numbers::pi * 0.2e-6 / 523e-9;
  const double y = at::angle(field[5][4] * field[4][4].conj()).item<double>() / turn;
  const double x = at::angle(field[4][5] * field[4][4].conj()).item<double>() / turn;
  return std::hypot(y, x);
}

TEST(LedArray, RingsHaveTheNumericalAperturesOfTheBoard) {
  const auto source = source_of(
      "type: led_array, wavelength: 523 nm, height: 110 mm, "
      "rings: {counts: [1, 8, 12, 16, 24, 32], spacing: 9 mm}");
  const Illumination light = source->illuminate(kBeam);
  ASSERT_EQ(light.fields.size(0), 93);
  const std::pair<int, double> rings[] = {{0, 0.0},     {1, 0.0815},  {9, 0.1615},
                                          {21, 0.2384}, {37, 0.3110}, {61, 0.3786}};
  for (const auto& [first, na] : rings) {
    EXPECT_NEAR(sine_of(light.fields[first]), na, 5e-5) << first;
  }
}

TEST(LedArray, AnLedAtPlusXLightsTowardsMinusX) {
  const auto source =
      source_of("type: led_array, wavelength: 523 nm, height: 100 mm, positions: [[0 mm, 10 mm]]");
  const at::Tensor field = source->illuminate(kBeam).fields[0];
  EXPECT_LT(at::angle(field[4][5] * field[4][4].conj()).item<double>(), 0.0);
}

TEST(LedArray, BrightnessWeighsTheModesAndAnEmptySelectionIsRefused) {
  const auto source = source_of(
      "type: led_array, wavelength: 523 nm, height: 100 mm, "
      "positions: [[0 mm, 0 mm], [5 mm, 0 mm]], brightness: [2, 0.5]");
  const at::Tensor weights = source->illuminate(kBeam).weights;
  EXPECT_NEAR((weights[0] / weights[1]).item<double>(), 4.0, 1e-12);
  EXPECT_THROW((void)source_of("type: led_array, wavelength: 523 nm, height: 100 mm, "
                               "positions: [[0 mm, 0 mm]], na: [0.5, 0.6]"),
               std::exception);
}

}  // namespace
}  // namespace parfocal::optics
