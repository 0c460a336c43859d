// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/extended_source.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/optics/sources/source_params.h"

namespace parfocal::optics {
namespace {

/// |<U*(axis) U(x)>| of the modes, along x.
at::Tensor coherence(const Illumination& light) {
  const std::int64_t y = light.fields.size(1) / 2, x = light.fields.size(2) / 2;
  const at::Tensor row = light.fields.select(1, y);
  const at::Tensor weights = (light.weights / light.weights.sum()).unsqueeze(1);
  return (row * row.select(1, x).conj().unsqueeze(1) * weights).sum(0).abs();
}

TEST(ExtendedSource, ADiscHasTheCoherenceOfVanCittertAndZernike) {
  const double na = 0.2, wavelength = 550e-9, pitch = 0.1e-6;
  const auto source =
      source_of("type: extended_source, wavelength: 550 nm, shape: disc, na: 0.2, points: 4000");
  const at::Tensor mu =
      coherence(source->illuminate({Grid::centred(1, 101, pitch, pitch), wavelength}));
  for (int i = 1; i <= 40; ++i) {
    const double v = 2 * std::numbers::pi * double(i) * pitch * na / wavelength;
    EXPECT_NEAR(mu[50 + i].item<double>(), std::abs(2 * std::cyl_bessel_j(1.0, v) / v), 1e-3) << i;
  }
  // First zero at 0.61 wavelength / NA = 1.6775 um.
  EXPECT_LE(mu[67].item<double>(), 0.02);
}

}  // namespace
}  // namespace parfocal::optics
