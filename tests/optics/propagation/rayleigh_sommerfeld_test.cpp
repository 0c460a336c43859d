// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/rayleigh_sommerfeld.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "core/error.h"
#include "optics/propagation/angular_spectrum.h"
#include "tests/optics/parts.h"
#include "tests/optics/propagation/waves.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/gradient_check.h"

namespace parfocal::optics {
namespace {

/// U exp(-ikz) on the axis behind a disc: 1 - (z / R) exp(i k (R - z)), exact for this integral.
std::complex<double> on_axis(double z, double a, double wavelength) {
  const double range = std::hypot(z, a), k = 2 * std::numbers::pi / wavelength;
  return 1.0 - z / range * std::polar(1.0, k * (range - z));
}

TEST(RayleighSommerfeld, DiscHasTheExactFieldOnItsAxis) {
  const Beam beam{Grid::centred(215, 215, 0.05e-6, 0.05e-6), 0.5e-6};
  const at::Tensor hole = disc(beam.grid, 5e-6);
  for (const double z : {20e-6, 5e-6, 50e-6}) {
    const at::Tensor field = RayleighSommerfeldOperator(gap_over(beam, z)).forward(hole);
    const auto got = field[107][107].item<c10::complex<double>>();
    const std::complex<double> expected = on_axis(z, 5e-6, 0.5e-6);
    EXPECT_LE(std::abs(std::complex<double>(got.real(), got.imag()) - expected), 1e-2) << z;
  }
  EXPECT_NEAR(std::norm(on_axis(20e-6, 5e-6, 0.5e-6)), 1.710775, 1e-6);
  EXPECT_NEAR(std::norm(on_axis(5e-6, 5e-6, 0.5e-6)), 0.613249, 1e-6);
  EXPECT_NEAR(std::norm(on_axis(50e-6, 5e-6, 0.5e-6)), 3.980113, 1e-6);
}

TEST(RayleighSommerfeld, GaussianBeamHasTheExactFieldAtItsRayleighLength) {
  const double w0 = 5e-6, wavelength = 1e-6, z = std::numbers::pi * w0 * w0 / wavelength;
  const Beam beam{Grid::centred(300, 300, 0.4e-6, 0.4e-6), wavelength};
  const at::Tensor start = gaussian_beam(beam.grid, wavelength, w0, 0.0);
  const at::Tensor got = RayleighSommerfeldOperator(gap_over(beam, z)).forward(start);
  const auto centre = got[150][150].item<c10::complex<double>>();
  EXPECT_NEAR(centre.real(), 0.4994949, 1e-6);
  EXPECT_NEAR(centre.imag(), -0.4994919, 1e-6);
  const at::Tensor spectrum = AngularSpectrumOperator(gap_over(beam, z), {}).forward(start);
  EXPECT_LE(relative_error(got, spectrum), 1e-6);
}

TEST(RayleighSommerfeld, AShiftedWindowSeesTheSameLight) {
  const Beam beam{Grid::centred(41, 60, 0.25e-6, 0.2e-6), 0.5e-6};
  const at::Tensor field = random_complex({41, 60}, 1);
  const at::Tensor whole = RayleighSommerfeldOperator(gap_over(beam, 30e-6)).forward(field);
  const at::Tensor moved =
      RayleighSommerfeldOperator(gap_over(beam, 30e-6), {1.0e-6, -0.6e-6}).forward(field);
  EXPECT_LE(relative_error(moved.narrow(0, 0, 37).narrow(1, 3, 57),
                           whole.narrow(0, 4, 37).narrow(1, 0, 57)),
            1e-12);
}

TEST(RayleighSommerfeld, SwappingSourceAndObserverChangesNothing) {
  const Beam beam{Grid::centred(15, 22, 0.3e-6, 0.2e-6), 0.5e-6};
  const RayleighSommerfeldOperator op(gap_over(beam, 12e-6));
  const at::Tensor a = random_complex({15, 22}, 1), b = random_complex({15, 22}, 2);
  const auto forth = (op.forward(a) * b).sum().item<c10::complex<double>>();
  const auto back = (a * op.forward(b)).sum().item<c10::complex<double>>();
  EXPECT_LE(std::abs(forth - back), 1e-12 * std::abs(forth));
}

TEST(RayleighSommerfeld, AdjointAndGradientsAreExact) {
  const Beam beam{Grid::centred(15, 22, 0.65e-6, 0.8e-6), 532e-9};
  EXPECT_LE(test::adjoint_gap(RayleighSommerfeldOperator(gap_over(beam, 80e-6))), 1e-12);
  const at::Tensor field = random_complex({15, 22}, 3);
  Gap gap = gap_over(beam, 80.0);
  gap.wavelength_m = gap.wavelength_m * 1e6;
  gap.pitch_y_m = gap.pitch_y_m * 1e6;
  gap.pitch_x_m = gap.pitch_x_m * 1e6;
  const std::vector<test::NamedLeaf> leaves{{"distance", gap.distance_m.requires_grad_(true)},
                                            {"wavelength", gap.wavelength_m.requires_grad_(true)},
                                            {"pitch y", gap.pitch_y_m.requires_grad_(true)},
                                            {"pitch x", gap.pitch_x_m.requires_grad_(true)}};
  const auto loss = [&] {
    const Gap metres{beam.grid, gap.distance_m * 1e-6, gap.wavelength_m * 1e-6,
                     gap.pitch_y_m * 1e-6, gap.pitch_x_m * 1e-6};
    return RayleighSommerfeldOperator(metres).forward(field).abs().square()[3].sum();
  };
  const auto report = test::check_gradient(loss, leaves, {.step = 1e-4});
  EXPECT_TRUE(report.good()) << report.table();
}

TEST(RayleighSommerfeld, ACoarseKernelAndADistanceBelowZeroAreRefused) {
  const Beam beam{Grid::centred(128, 128, 1e-6, 1e-6), 0.5e-6};
  try {
    (void)RayleighSommerfeldOperator(gap_over(beam, 100e-6));
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(error.what(),
                 "rayleigh_sommerfeld: kernel aliases: z = 100 um, at least 492 um for 128 x 128 "
                 "samples, pitch 1 um; take a finer pitch or angular_spectrum");
  }
  EXPECT_THROW((void)RayleighSommerfeldOperator(gap_over(beam, -1e-3)), UsageError);
}

}  // namespace
}  // namespace parfocal::optics
