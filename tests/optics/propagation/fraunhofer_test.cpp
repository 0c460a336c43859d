// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/fraunhofer.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "optics/plane.h"
#include "tests/optics/parts.h"
#include "tests/optics/propagation/waves.h"

namespace parfocal::optics {
namespace {

constexpr double kPi = std::numbers::pi;

Fraunhofer lens(double focal_m, OutputWindow output = {}) {
  return {{Length::from_m(focal_m), std::nullopt, Fraunhofer::Geometry::kLens, output}, {}};
}

double sinc(double x) { return x == 0.0 ? 1.0 : std::sin(kPi * x) / (kPi * x); }

TEST(Fraunhofer, DoubleSlitHasCosineFringesUnderTheSincOfOneSlit) {
  const double wavelength = 500e-9, z = 1.0, width = 10e-6, spacing = 40e-6, pitch = 0.2e-6;
  const Grid grid{1, 300, 1e-6, pitch, 0.0, 149.5};
  const at::Tensor x = x_coordinates_m(grid);
  const at::Tensor slits =
      ((x.abs() - spacing / 2).abs() < width / 2).to(at::kComplexDouble).unsqueeze(0);
  OutputWindow screen;
  screen.size = {1, 101};
  screen.pitch = {Length::from_m(1.0), Length::from_m(0.25e-3)};
  const Fraunhofer far({Length::from_m(z), std::nullopt, Fraunhofer::Geometry::kFarField, screen},
                       {});
  const at::Tensor light = far.apply(slits, {grid, wavelength}).abs().square()[0];
  const double centre = light[50].item<double>();
  for (std::int64_t i = 0; i < 101; ++i) {
    const double u = double(i - 50) * 0.25e-3 / (wavelength * z);
    const double expected = std::pow(sinc(width * u) * std::cos(kPi * spacing * u), 2);
    EXPECT_NEAR(light[i].item<double>() / centre, expected, 1e-4) << i;
  }
}

TEST(Fraunhofer, CircularLensHasTheAiryPattern) {
  const double wavelength = 550e-9, focal = 20e-3, diameter = 2e-3;
  const double unit = wavelength * focal / diameter;
  const Grid grid = Grid::centred(401, 401, 5e-6, 5e-6);
  OutputWindow window;
  window.size = {1, 401};
  window.pitch = {Length::from_m(unit), Length::from_m(0.01 * unit)};
  const at::Tensor light =
      lens(focal, window).apply(disc(grid, diameter / 2), {grid, wavelength}).abs().square()[0];
  const at::Tensor relative = light / light[200];
  EXPECT_LE(relative[322].item<double>(), 1e-6);  // 1.22
  const auto bessel = [](double v) { return std::pow(2 * std::cyl_bessel_j(1.0, v) / v, 2); };
  for (std::int64_t i = 1; i <= 200; ++i) {
    EXPECT_NEAR(relative[200 + i].item<double>(), bessel(kPi * 0.01 * double(i)), 1e-4) << i;
  }
  EXPECT_NEAR(relative.narrow(0, 322, 79).max().item<double>(), 0.017498, 1e-5);
}

TEST(Fraunhofer, TwoLensesInvertAndMagnifyTheirObject) {
  const Beam beam{Grid::centred(15, 22, 3e-6, 4e-6), 532e-9};
  at::Tensor object = random_complex({15, 22}, 1);
  object.select(-1, 0).zero_();  // has no mirror image on an even grid
  const Fraunhofer first = lens(10e-3), second = lens(25e-3);
  const Beam pupil = first.after(beam), image = second.after(pupil);
  EXPECT_NEAR(image.grid.pitch_x_m, 2.5 * 4e-6, 1e-18);
  EXPECT_NEAR(image.grid.pitch_y_m, 2.5 * 3e-6, 1e-18);
  const at::Tensor got = second.apply(first.apply(object, beam), pupil);
  const at::Tensor expected = -object.flip({-2, -1}).roll({1}, {-1});  // 1 / i twice
  EXPECT_LE(relative_error(got, expected), 1e-12);
}

TEST(Fraunhofer, ATiltBetweenTwoLensesShiftsTheImage) {
  const Beam beam{Grid::centred(16, 20, 3e-6, 3e-6), 532e-9};
  at::Tensor object = random_complex({16, 20}, 2);
  const Fraunhofer first = lens(10e-3), second = lens(10e-3);
  const Beam pupil = first.after(beam);
  const at::Tensor spectrum = first.apply(object, beam);
  // Three samples of the image: exp(-i 2 pi 3 n / 20) in the plane of the pupil.
  const at::Tensor phase = x_coordinates_m(pupil.grid) / pupil.grid.pitch_x_m * (2 * kPi * 3 / 20);
  const at::Tensor tilted = spectrum * at::polar(at::ones_like(phase), phase);
  const at::Tensor straight = second.apply(spectrum, pupil);
  EXPECT_LE(relative_error(second.apply(tilted, pupil), straight.roll({3}, {-1})), 1e-12);
}

}  // namespace
}  // namespace parfocal::optics
