// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/fresnel.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/plane.h"
#include "optics/propagation/angular_spectrum.h"
#include "tests/optics/parts.h"
#include "tests/optics/propagation/waves.h"
#include "tests/support/adjoint_gap.h"

namespace parfocal::optics {
namespace {

TEST(Fresnel, GaussianBeamIsTheParaxialClosedForm) {
  const Beam beam{Grid::centred(135, 150, 2.0e-6, 2.4e-6), 532e-9};
  const double w0 = 20e-6, rayleigh = std::numbers::pi * w0 * w0 / 532e-9;
  const at::Tensor start = gaussian_beam(beam.grid, 532e-9, w0, 0.0);
  for (const double t : {0.5, 1.0, -0.7}) {
    const at::Tensor got = FresnelOperator(gap_over(beam, t * rayleigh), {}).forward(start);
    EXPECT_LE(relative_error(got, gaussian_beam(beam.grid, 532e-9, w0, t * rayleigh)), 1e-10) << t;
  }
}

TEST(Fresnel, IsTheAngularSpectrumForSmallAngles) {
  const Beam beam{Grid::centred(128, 128, 8e-6, 8e-6), 500e-9};
  const at::Tensor start = gaussian_beam(beam.grid, 500e-9, 120e-6, 0.0);
  const Gap gap = gap_over(beam, 10e-3);
  EXPECT_LE(relative_error(FresnelOperator(gap, {}).forward(start),
                           AngularSpectrumOperator(gap, {}).forward(start)),
            1e-7);
}

/// A half plane, tapered far away; lengths in units of sqrt(l z / 2).
TEST(Fresnel, KnifeEdgeHasAQuarterOfTheLightAndTheFirstFringe) {
  const double wavelength = 0.5e-6, z = 10e-3, unit = std::sqrt(wavelength * z / 2);
  const std::int64_t n = 8192;
  const Beam beam{Grid::centred(1, n, 1e-6, 1e-6), wavelength};
  const at::Tensor x = x_coordinates_m(beam.grid);
  const at::Tensor taper =
      ((((x - 2e-3) / 1.9e-3).clamp(0, 1) * std::numbers::pi).cos() + 1.0) * 0.5;
  const at::Tensor edge = (taper * (x >= 0.0)).to(at::kComplexDouble).unsqueeze(0);
  const FresnelOperator gap(gap_over(beam, z), {false, 1});
  const at::Tensor light = gap.forward(edge).abs().square()[0];
  // The edge lies between two samples.
  const double at_edge = 0.5 * (light[n / 2 - 1] + light[n / 2]).item<double>();
  EXPECT_NEAR(at_edge, 0.25, 1e-3);
  const at::Tensor near = light.narrow(0, n / 2, 200);
  const auto peak = near.argmax().item<std::int64_t>();
  EXPECT_NEAR(near[peak].item<double>(), 1.370443, 1e-3);
  EXPECT_NEAR((double(peak) + 0.5) * 1e-6 / unit, 1.2172, 0.02);
}

TEST(Fresnel, AdjointIsExactAndAliasingNamesTheLimit) {
  const Beam beam{Grid::centred(15, 22, 0.65e-6, 0.8e-6), 532e-9};
  EXPECT_LE(test::adjoint_gap(FresnelOperator(gap_over(beam, 30e-6), {})), 1e-12);
  try {
    (void)FresnelOperator(gap_over(beam, 1e-3), {false, 2});
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(
        error.what(),
        "fresnel: kernel aliases: |z| = 1 mm, limit 23.8 um for 30 x 45 padded grid, pitch "
        "650 nm x 800 nm; set band_limit: true, pad more, or take fresnel_transform");
  }
}

}  // namespace
}  // namespace parfocal::optics
