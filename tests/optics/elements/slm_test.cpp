// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/slm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "tests/optics/parts.h"
#include "tests/support/gradient_check.h"

namespace parfocal::optics {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kPitch = 8e-6;
constexpr double kDesign = 532e-9;

Slm::Params panel(std::int64_t n_y, std::int64_t n_x) {
  Slm::Params params;
  params.pitch = {Length::from_m(kPitch), Length::from_m(kPitch)};
  params.size = {n_y, n_x};
  params.design_wavelength = Length::from_m(kDesign);
  return params;
}

/// A panel that shows `phase` [n_y, n_x], all else as in `params`.
Slm showing(const at::Tensor& phase, Slm::Params params, ParameterTree* tree = nullptr) {
  OneImage files(phase.reshape({1, 1, phase.size(0), phase.size(1)}));
  params.phase = ImageFile{};
  BuildContext context;
  context.path = "optics.slm";
  context.files = &files;
  context.parameters = tree;
  return {params, context};
}

Beam beam_on(std::int64_t n_y, std::int64_t n_x, double sample_m, double wavelength_m = kDesign) {
  return {Grid::centred(n_y, n_x, sample_m, sample_m), wavelength_m, 1.0};
}

at::Tensor behind(const Slm& slm, const Beam& beam) {
  return slm.apply(at::ones({beam.grid.n_y, beam.grid.n_x}, at::kComplexDouble), beam);
}

/// One wave per `n` pixels along x, between the levels.
at::Tensor blaze(std::int64_t n) {
  return ((at::arange(n, at::kDouble) + 0.5) * (2.0 * kPi / static_cast<double>(n))).unsqueeze(0);
}

/// Share of the light of a flat wave in order m of one period.
double order(const at::Tensor& field, std::int64_t m) {
  const double n = static_cast<double>(field.numel());
  return (fft2(field)[0][m].abs().square() / (n * n)).item<double>();
}

double sinc_squared(double x) {
  return x == 0.0 ? 1.0 : std::pow(std::sin(kPi * x) / (kPi * x), 2);
}

TEST(Slm, APhaseOfAnotherSizeIsRefused) {
  try {
    static_cast<void>(showing(at::zeros({5, 6}, at::kDouble), panel(4, 6)));
    ADD_FAILURE() << "no error";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("5 x 6 values, the panel has 4 x 6 pixels"),
              std::string::npos)
        << error.what();
  }
}

TEST(Slm, DeadAreaLeavesTheZeroOrderOfAPatternThatHasNone) {
  Slm::Params params = panel(4, 6);
  params.fill_factor = 0.87;
  const at::Tensor row = at::arange(4, at::kDouble).unsqueeze(1),
                   column = at::arange(6, at::kDouble);
  const Slm slm = showing((row + column).remainder(2.0) * kPi, params);
  const Beam beam = beam_on(4, 6, kPitch);
  EXPECT_NEAR(order(behind(slm, beam), 0), 0.13 * 0.13, 1e-12);
  // Finer samples than the gap, centred on the pixels by an odd number of them.
  Beam fine = beam_on(4 * 5, 6 * 5, kPitch / 5.0);
  fine.grid.origin_y = 2.0 * 5 + 2, fine.grid.origin_x = 3.0 * 5 + 2;
  EXPECT_NEAR(order(behind(slm, fine), 0), 0.13 * 0.13, 1e-12);
}

TEST(Slm, LevelsHoldTheShareOfTheStaircase) {
  for (const std::int64_t levels : {2, 4, 8, 16}) {
    Slm::Params params = panel(1, 1024);
    params.levels = levels;
    const at::Tensor field = behind(showing(blaze(1024), params), beam_on(1, 1024, kPitch));
    EXPECT_NEAR(order(field, 1), sinc_squared(1.0 / static_cast<double>(levels)), 1e-5) << levels;
  }
}

TEST(Slm, AWaveIsNoWholeWaveAtAnotherWavelength) {
  const double ratio = 0.8;
  const Slm slm = showing(blaze(1024), panel(1, 1024));
  const at::Tensor field = behind(slm, beam_on(1, 1024, kPitch, kDesign / ratio));
  for (const std::int64_t m : {0, 1, 2}) {
    EXPECT_NEAR(order(field, m), sinc_squared(ratio - static_cast<double>(m)), 1e-5) << m;
  }
}

TEST(Slm, FringingIsTheWrappedDriveBlurredByAGaussian) {
  Slm::Params params = panel(1, 16);
  params.fringing = 0.3;
  const at::Tensor phase = (at::arange(16, at::kDouble) * 1.3).unsqueeze(0);
  const Slm slm = showing(phase, params);
  const Beam beam = beam_on(1, 128, 1e-6);
  const at::Tensor got = slm.modulated_phase_rad(beam, at::kCPU)[0];
  const double sigma = 0.3 * kPitch, step = 0.02e-6;
  for (std::int64_t j = 0; j < 128; j += 5) {
    double sum = 0.0, weight = 0.0;
    for (double u = -8.0 * sigma + 0.5 * step; u < 8.0 * sigma; u += step) {
      const double pixel = std::floor((beam.grid.x_m(j) + u) / kPitch + 8.5);
      const double raw = 1.3 * std::min(15.0, std::max(0.0, pixel));
      const double g = std::exp(-0.5 * u * u / (sigma * sigma));
      sum += g * std::remainder(raw, 2.0 * kPi);
      weight += g;
    }
    EXPECT_NEAR(got[j].item<double>(), sum / weight, 1e-4) << j;
  }
}

TEST(Slm, UnmodulatedLightIsAddedAsAField) {
  Slm::Params params = panel(3, 5);
  params.efficiency = 0.8;
  params.unmodulated_phase = Angle::from_rad(0.4);
  const Slm slm = showing(at::full({3, 5}, 1.1, at::kDouble), params);
  const auto got = behind(slm, beam_on(3, 5, kPitch))[1][2].item<c10::complex<double>>();
  EXPECT_NEAR(got.real(), 0.8 * std::cos(1.1) + 0.2 * std::cos(0.4), 1e-12);
  EXPECT_NEAR(got.imag(), 0.8 * std::sin(1.1) + 0.2 * std::sin(0.4), 1e-12);
}

TEST(Slm, NoLightComesFromOutsideOfThePanel) {
  const at::Tensor field = behind(Slm(panel(3, 5), {}), beam_on(9, 11, kPitch));
  EXPECT_NEAR(power(field), 15.0, 1e-12);
}

TEST(Slm, WrappedAndUnwrappedFilesDriveThePanelAlike) {
  const at::Tensor phase = random_real({7, 9}, 1) * 10.0;
  const at::Tensor wrapped = phase - (phase / (2.0 * kPi)).round() * (2.0 * kPi);
  const Slm a = showing(phase, panel(7, 9)), b = showing(wrapped, panel(7, 9));
  EXPECT_LE((a.drive_rad() - b.drive_rad()).abs().max().item<double>(), 1e-13);
  EXPECT_LE((a.drive_rad() - wrapped).abs().max().item<double>(), 1e-13);
}

TEST(Slm, LevelsPassTheGradientStraightThrough) {
  ParameterTree tree;
  Slm::Params params = panel(7, 9);
  params.levels = 4;
  const Slm slm = showing(random_real({7, 9}, 1) * 10.0, params, &tree);
  at::Tensor leaf = tree.at("optics.slm.phase").leaf.set_requires_grad(true);
  const at::Tensor weights = random_real({7, 9}, 2);
  const at::Tensor drive = slm.drive_rad();
  (drive * weights).sum().backward();
  EXPECT_LE((leaf.grad() - weights).abs().max().item<double>(), 1e-15);
  const at::Tensor steps = drive.detach() / (kPi / 2);
  EXPECT_LE((steps - steps.round()).abs().max().item<double>(), 1e-12);
  EXPECT_EQ(steps.round().min().item<double>(), -2.0);
  EXPECT_EQ(steps.round().max().item<double>(), 1.0);  // pi and -pi are one level
}

TEST(Slm, GradientsOfAPatternMatchFiniteDifferences) {
  ParameterTree tree;
  Slm::Params params = panel(5, 6);
  params.fringing = 0.4;
  params.fill_factor = 0.83;
  params.efficiency = 0.9;
  const Slm slm = showing(random_real({5, 6}, 1) * 4.0, params, &tree);
  const Beam beam = beam_on(15, 22, 2.3e-6, 561e-9);
  const at::Tensor reference = random_complex({15, 22}, 2);
  for (const std::string key :
       {"phase", "fringing", "fill_factor", "efficiency", "unmodulated_phase"}) {
    const at::Tensor leaf = tree.at("optics.slm." + key).leaf.set_requires_grad(true);
    const auto report = test::check_gradient(
        [&] { return (behind(slm, beam) - reference).abs().square().sum(); }, {{key, leaf}});
    EXPECT_TRUE(report.good()) << report.table();
    leaf.set_requires_grad(false);
  }
}

TEST(Slm, SamplesLargerThanAPixelAreRefusedWithTheLimit) {
  BuildContext context;
  context.path = "optics.slm";
  try {
    (void)behind(Slm(panel(3, 5), context), beam_on(3, 5, 9e-6));
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(error.what(),
                 "optics.slm: pixels are not resolved: the field has samples of 9 um along y, "
                 "limit 8 um (the pitch of the panel); take finer samples");
  }
}

TEST(Slm, AFileOfAnotherSizeOrWithInvalidValuesIsADataError) {
  EXPECT_THROW((void)showing(at::ones({3, 4}, at::kDouble), panel(3, 5)), DataError);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW((void)showing(at::full({3, 5}, nan, at::kDouble), panel(3, 5)), DataError);
}

}  // namespace
}  // namespace parfocal::optics
