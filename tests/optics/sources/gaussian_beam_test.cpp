// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/gaussian_beam.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/angle.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "optics/propagation/angular_spectrum.h"
#include "tests/optics/parts.h"
#include "tests/optics/propagation/waves.h"
#include "tests/optics/sources/source_from_yaml.h"
#include "tests/support/matchers.h"

namespace parfocal::optics {
namespace {

constexpr double kPi = std::numbers::pi;

at::Tensor beam_field(const std::string& words, const Beam& beam) {
  const std::string all = "type: gaussian_beam, wavelength: 500 nm, " + words;
  return source_from_yaml(all)->illuminate(beam).fields[0];
}

at::Tensor propagated(const at::Tensor& field, const Beam& beam, double z_m) {
  return AngularSpectrumOperator(gap_over(beam, z_m), {}).forward(field);
}

TEST(GaussianBeam, HasWidthCurvatureAndGouyPhaseOfTheClosedForm) {
  const Grid grid = Grid::centred(40, 50, 0.8e-6, 0.7e-6);
  for (const double index : {1.0, 1.33}) {
    for (const double z_um : {-60.0, 0.0, 25.0, 150.0}) {
      const at::Tensor field = beam_field(fmt::format("waist: 6 um, waist_position: {} um", -z_um),
                                          beam_on(grid, 500e-9, index));
      const at::Tensor expected = gaussian_beam(grid, 500e-9 / index, 6e-6, z_um * 1e-6);
      EXPECT_TRUE(test::close(field, expected, 1e-12)) << z_um << " um, index " << index;
    }
  }
}

// w0 5 um, wavelength 1 um, at the Rayleigh distance: (1 - i) / 2 of the paraxial beam; the exact
// propagation of the same waist gives 0.4994949 - 0.4994919 i.
TEST(GaussianBeam, MeetsThePublishedValueAtTheRayleighDistance) {
  const double rayleigh_m = kPi * 25e-12 / 1e-6;
  const Beam beam = beam_on(Grid::centred(128, 128, 0.8e-6, 0.8e-6), 1e-6);
  const auto at_axis = [](const at::Tensor& u) { return u[64][64].item<c10::complex<double>>(); };
  const auto far = source_from_yaml(
      fmt::format("type: gaussian_beam, wavelength: 1 um, waist: 5 um, waist_position: {:.12f} um",
                  -rayleigh_m * 1e6));
  const auto paraxial = at_axis(far->illuminate(beam).fields[0]);
  EXPECT_NEAR(paraxial.real(), 0.5, 1e-12);
  EXPECT_NEAR(paraxial.imag(), -0.5, 1e-12);
  const auto waist = source_from_yaml("type: gaussian_beam, wavelength: 1 um, waist: 5 um");
  const auto exact = at_axis(propagated(waist->illuminate(beam).fields[0], beam, rayleigh_m));
  EXPECT_NEAR(exact.real(), 0.4994949, 1e-7);
  EXPECT_NEAR(exact.imag(), -0.4994919, 1e-7);
}

// The paraxial formula is off by (wavelength / (pi w))^2 = 6e-5 here.
TEST(GaussianBeam, IsWhatPropagationMakesOfItsWaist) {
  const Beam beam = beam_on(Grid::centred(128, 120, 1.5e-6, 1.5e-6), 500e-9);
  const std::string waists = "waist: 20 um, waist_y: 24 um";
  const at::Tensor behind = propagated(beam_field(waists, beam), beam, 1.5e-3);
  const at::Tensor formula = beam_field(waists + ", waist_position: -1.5 mm", beam);
  EXPECT_LE(relative_error(formula, behind), 1e-4);
  const at::Tensor before = beam_field(waists + ", waist_position: 1.5 mm", beam);
  EXPECT_LE(relative_error(propagated(before, beam, 1.5e-3), beam_field(waists, beam)), 1e-4);
}

TEST(GaussianBeam, TiltedFollowsItsAxis) {
  const Beam beam = beam_on(Grid::centred(160, 168, 1.25e-6, 1.25e-6), 500e-9);
  const double s_y = std::sin(3.0 * kPi / 180), s_x = -std::sin(2.0 * kPi / 180);
  const double cosine = std::sqrt(1.0 - s_y * s_y - s_x * s_x);
  const double gap_um = 400.0, k_per_um = 2 * kPi / 0.5;
  const std::string tilted = "waist: 20 um, waist_y: 23 um, tilt: [3 deg, -2 deg], ";
  const at::Tensor start = beam_field(tilted + "waist_position: 150 um", beam);
  const at::Tensor end = beam_field(
      fmt::format("{}waist_position: {:.12f} um, centre: [{:.12f} um, {:.12f} um]", tilted,
                  150.0 - gap_um / cosine, gap_um * s_y / cosine, gap_um * s_x / cosine),
      beam);
  const auto path = std::polar(1.0, k_per_um * gap_um * (1.0 / cosine - 1.0));
  const at::Tensor expected = end * c10::complex<double>(path.real(), path.imag());
  EXPECT_LE(relative_error(propagated(start, beam, gap_um * 1e-6), expected), 1e-4);
}

TEST(GaussianBeam, RefusesWhatSamplesDoNotResolve) {
  const Beam beam = beam_on(Grid::centred(16, 16, 2e-6, 2e-6), 500e-9);
  const std::string type = "type: gaussian_beam, wavelength: 500 nm, ";
  EXPECT_EQ(error_of_light(type + "waist: 1 um", beam),
            "optics.light.waist: the beam of radius 1 um along y is not resolved by samples of "
            "pitch 2 um, limit 2 um; take a finer pitch");
  EXPECT_EQ(error_of_light(type + "waist: 8 um, tilt: [0 deg, 20 deg]", beam),
            "optics.light.tilt: sin = 0.34202 along x exceeds 0.125, the Nyquist limit of the "
            "pitch 2 um; take a finer pitch");
  EXPECT_NE(error_of_light(type + "waist: 0.8 um, waist_position: -60 um", beam).find("aliases"),
            std::string::npos);
}

TEST(GaussianBeam, RefusesAWaistThatIsNotPositiveAndATiltOfARightAngle) {
  const std::string type = "type: gaussian_beam, wavelength: 500 nm, ";
  EXPECT_NE(mistake_in(type + "waist: 0 um").find("waist = \"0 um\" must be above 0"),
            std::string::npos);
  EXPECT_NE(mistake_in(type + "waist: -3 um").find("waist = \"-3 um\" must be above 0"),
            std::string::npos);
  EXPECT_NE(mistake_in(type + "waist: 3 um, tilt: [60 deg, 60 deg]")
                .find("tilt: expected sin^2(y) + sin^2(x) < 1"),
            std::string::npos);
}

}  // namespace
}  // namespace parfocal::optics
