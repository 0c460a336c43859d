// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/point_source.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "core/error.h"
#include "optics/sources/spherical_wave.h"
#include "tests/optics/sources/source_from_yaml.h"

namespace parfocal::optics {
namespace {

const std::string kType = "type: point_source, wavelength: 532 nm, ";

TEST(PointSource, IsTheSphericalWaveOfItsDistances) {
  const Grid grid = Grid::centred(15, 22, 0.65e-6, 0.80e-6);
  const double d = 50e-6, y_s = 3e-6, x_s = -4e-6, index = 1.33;
  const auto source = source_from_yaml(kType + "distance: 50 um, position: [3 um, -4 um]");
  const at::Tensor field = source->illuminate(beam_on(grid, 532e-9, index)).fields[0];
  const double axis = std::sqrt(y_s * y_s + x_s * x_s + d * d);
  for (std::int64_t i = 0; i < grid.n_y; ++i) {
    for (std::int64_t j = 0; j < grid.n_x; ++j) {
      const double y = grid.y_m(i) - y_s, x = grid.x_m(j) - x_s;
      const double range = std::sqrt(y * y + x * x + d * d);
      const auto expected =
          std::polar(std::sqrt(d / std::pow(range, 3)) / std::sqrt(d / std::pow(axis, 3)),
                     2 * std::numbers::pi * index * (range - axis) / 532e-9);
      const auto got = field[i][j].item<c10::complex<double>>();
      // Rounding of the direct difference of ranges: 1e-16 of 800 rad, a few times.
      ASSERT_NEAR(got.real(), expected.real(), 1e-11) << i << ", " << j;
      ASSERT_NEAR(got.imag(), expected.imag(), 1e-11) << i << ", " << j;
    }
  }
}

// The flux through a rectangle is d^2 times its solid angle, 4 atan(a b / (d sqrt(a^2 + b^2 +
// d^2))) with the half sides a, b. Midpoint sum: error below (pitch / d)^2.
TEST(PointSource, SendsAsMuchLightAsTheSolidAngleHolds) {
  const Grid grid = {100, 120, 0.4e-6, 0.4e-6, 49.5, 59.5};
  const double d = 60e-6, a = 20e-6, b = 24e-6;
  const auto source = source_from_yaml(kType + "distance: 60 um");
  const at::Tensor field = source->illuminate(beam_on(grid)).fields[0];
  const double flux = field.abs().square().sum().item<double>() * 0.16e-12;
  const double solid_angle = 4 * std::atan(a * b / (d * std::sqrt(a * a + b * b + d * d)));
  EXPECT_NEAR(flux / (d * d * solid_angle), 1.0, 4.5e-5);
}

TEST(PointSource, RefusesAPlaceBehindThePlane) {
  EXPECT_NE(mistake_in(kType + "distance: 0 um").find("distance = \"0 um\" must be above 0"),
            std::string::npos);
  EXPECT_NE(mistake_in(kType + "distance: -5 um").find("distance = \"-5 um\" must be above 0"),
            std::string::npos);
  ParameterTree tree;
  const auto source = source_from_yaml(kType + "distance: 50 um", &tree);
  tree.at("optics.light.distance").leaf.fill_(-2.0);
  const Beam beam = beam_on(Grid::centred(4, 4, 1e-6, 1e-6));
  EXPECT_EQ(error_of([&] { static_cast<void>(source->illuminate(beam)); }),
            "optics.light: its point is -2 um before the plane, expected above 0: a source lies "
            "before the plane that it lights");
}

TEST(PointSource, RefusesAWaveThatTheSamplesDoNotResolve) {
  const Beam coarse = beam_on(Grid::centred(32, 32, 2e-6, 2e-6));
  EXPECT_NE(error_of_light(kType + "distance: 50 um", coarse)
                .find("optics.light: phase aliases: it steps by up to"),
            std::string::npos);
}

}  // namespace
}  // namespace parfocal::optics
