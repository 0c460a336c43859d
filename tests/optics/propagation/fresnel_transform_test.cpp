// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/fresnel_transform.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "tests/optics/parts.h"
#include "tests/optics/propagation/waves.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/gradient_check.h"

namespace parfocal::optics {
namespace {

OutputWindow window(std::int64_t n_y, std::int64_t n_x, double pitch_y, double pitch_x,
                    OutputWindow::Method method = OutputWindow::Method::kAuto) {
  OutputWindow made;
  made.size = {n_y, n_x};
  made.pitch = {Length::from_m(pitch_y), Length::from_m(pitch_x)};
  made.method = method;
  return made;
}

FourierSum transform(const Gap& gap, const OutputWindow& output) {
  return fourier_propagation("fresnel_transform", gap, output, Chirps::kBoth, at::kComplexDouble);
}

TEST(FresnelTransform, GaussianBeamIsTheParaxialClosedFormOnItsOwnSamplesAndOnOthers) {
  const Beam beam{Grid::centred(96, 101, 6e-6, 5e-6), 532e-9};
  const double w0 = 50e-6, z = 12e-3;
  const at::Tensor start = gaussian_beam(beam.grid, 532e-9, w0, 0.0);
  const Gap gap = gap_over(beam, z);
  for (const OutputWindow& output :
       {OutputWindow{}, window(31, 40, 7e-6, 3e-6, OutputWindow::Method::kChirpZ),
        window(31, 40, 7e-6, 3e-6, OutputWindow::Method::kMatrix)}) {
    const Grid behind = output_grid(gap, output);
    const at::Tensor got = amplitude(transform(gap, output).forward(start), beam.grid, behind);
    EXPECT_LE(relative_error(got, gaussian_beam(behind, 532e-9, w0, z)), 1e-10);
  }
}

TEST(FresnelTransform, SquareApertureHasTheFresnelIntegralOnItsAxis) {
  const Grid grid{400, 400, 2.5e-6, 2.5e-6, 199.5, 199.5};
  const Gap gap = gap_over({grid, 633e-9}, 0.25);
  const at::Tensor open = at::ones({400, 400}, at::kComplexDouble);
  const Grid behind = output_grid(gap, {});
  const auto centre = amplitude(transform(gap, {}).forward(open), grid, behind)[200][200]
                          .item<c10::complex<double>>();
  EXPECT_NEAR(centre.real(), 0.617217, 1e-4);
  EXPECT_NEAR(centre.imag(), 0.232694, 1e-4);
}

TEST(FresnelTransform, TheThreeMethodsAgree) {
  const Beam beam{Grid::centred(15, 22, 0.65e-6, 0.8e-6), 532e-9};
  const Gap gap = gap_over(beam, 60e-6);
  const at::Tensor field = random_complex({2, 15, 22}, 1);
  const at::Tensor fft = transform(gap, {}).forward(field);
  OutputWindow same;
  for (const auto method : {OutputWindow::Method::kChirpZ, OutputWindow::Method::kMatrix}) {
    same.method = method;
    EXPECT_LE(relative_error(transform(gap, same).forward(field), fft), 1e-12);
  }
}

TEST(FresnelTransform, OneFftKeepsTheEnergyAndItsAdjointUndoesIt) {
  const Beam beam{Grid::centred(15, 22, 0.65e-6, 0.8e-6), 532e-9};
  const at::Tensor field = random_complex({15, 22}, 2);
  const FourierSum there = transform(gap_over(beam, 60e-6), {});
  EXPECT_NEAR(power(there.forward(field)) / power(field), 1.0, 1e-12);
  EXPECT_LE(relative_error(there.adjoint(there.forward(field)), field), 1e-12);
  EXPECT_LE(test::adjoint_gap(there), 1e-12);
}

TEST(FresnelTransform, GradientsInDistanceWavelengthAndPitchMatchFiniteDifferences) {
  const Grid grid = Grid::centred(15, 22, 0.65e-6, 0.8e-6);
  const at::Tensor field = random_complex({15, 22}, 3);
  const auto leaf = [](double value) {
    return at::ones({}, at::kDouble).mul(value).requires_grad_(true);
  };
  const at::Tensor z = leaf(60.0), l = leaf(0.532), p_y = leaf(0.65), p_x = leaf(0.8);
  for (const OutputWindow& output : {OutputWindow{}, window(9, 8, 2e-6, 3e-6)}) {
    const auto loss = [&] {
      const Gap gap{grid, z * 1e-6, l * 1e-6, p_y * 1e-6, p_x * 1e-6};
      // Field and intensity: the phase of the output chirp counts as well.
      const at::Tensor out = transform(gap, output).forward(field);
      return out.abs().square()[3].sum() + (out + 0.3).abs().square()[2].sum();
    };
    const auto report = test::check_gradient(
        loss, {{"distance", z}, {"wavelength", l}, {"pitch y", p_y}, {"pitch x", p_x}},
        {.step = 1e-4});
    EXPECT_TRUE(report.good()) << report.table();
  }
}

TEST(FresnelTransform, AnUnsampledChirpAndAWindowForTheFftAreRefused) {
  const Beam beam{Grid::centred(512, 512, 2e-6, 2e-6), 500e-9};
  try {
    (void)transform(gap_over(beam, 1e-3), {});
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(error.what(),
                 "fresnel_transform: the quadratic phase aliases: |z| = 1 mm, at least 4.1 mm for "
                 "512 x 512 samples, pitch 2 um; take angular_spectrum");
  }
  EXPECT_THROW(
      (void)transform(gap_over(beam, 5e-3), window(8, 8, 1e-6, 1e-6, OutputWindow::Method::kFft)),
      UsageError);
  EXPECT_THROW((void)transform(gap_over(beam, 0.0), {}), UsageError);
}

}  // namespace
}  // namespace parfocal::optics
