// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/plane_wave.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/angle.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "tests/support/matchers.h"

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(5, 8, 0.5e-6, 0.25e-6);

PlaneWave::Params tilted(double y_deg, double x_deg) {
  PlaneWave::Params params;
  params.wavelength = Length::from_m(532e-9);
  const double radian = std::numbers::pi / 180.0;
  params.tilt = {Angle::from_rad(y_deg * radian), Angle::from_rad(x_deg * radian)};
  return params;
}

TEST(PlaneWave, AdvancesByTheSineOfItsTiltPerSample) {
  const PlaneWave wave(tilted(3.0, -7.0), BuildContext{});
  const Illumination light = wave.illuminate({kGrid, 532e-9, 1.33});
  const at::Tensor field = light.fields[0];
  const double radian = std::numbers::pi / 180.0;
  const double step_y = 2 * std::numbers::pi * 1.33 * std::sin(3.0 * radian) * 0.5e-6 / 532e-9;
  const double step_x = -2 * std::numbers::pi * 1.33 * std::sin(7.0 * radian) * 0.25e-6 / 532e-9;
  EXPECT_NEAR(at::angle(field[3][4]).item<double>(), step_y, 1e-12);
  EXPECT_NEAR(at::angle(field[2][5]).item<double>(), step_x, 1e-12);
  EXPECT_NEAR((field.abs() - 1.0).abs().max().item<double>(), 0.0, 1e-15);
}

TEST(PlaneWave, RefusesATiltBeyondTheNyquistFrequency) {
  const PlaneWave wave(tilted(0.0, 60.0), BuildContext{});
  const Grid coarse = Grid::centred(4, 4, 1e-6, 1e-6);
  try {
    static_cast<void>(wave.illuminate({coarse, 532e-9, 1.0}));
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_NE(std::string(error.what()).find("tilt: sin = 0.866025 along x exceeds 0.266"),
              std::string::npos)
        << error.what();
  }
}

TEST(PlaneWave, LetsNoLightThrough) {
  const PlaneWave wave(tilted(0.0, 0.0), BuildContext{});
  const Beam beam{kGrid, 532e-9};
  EXPECT_THROW(static_cast<void>(wave.apply(wave.illuminate(beam).fields, beam)), UsageError);
}

}  // namespace
}  // namespace parfocal::optics
