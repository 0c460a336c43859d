// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/fft_fft.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/elements/phase_mask.h"
#include "optics/elements/surfaces/binary_grating.h"
#include "optics/elements/surfaces/blazed_grating.h"
#include "optics/elements/surfaces/fresnel_lens.h"
#include "optics/elements/surfaces/sinusoidal_relief.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr std::int64_t kSamples = 4096;  // One period.
constexpr double kPeriod = kSamples * 1e-6;
const Grid kGrid{1, kSamples, 1e-6, 1e-6, 0.0, 0.5};

/// Efficiency of the orders 0, 1, 2, ..., -1 behind a mask, by the transform of one period.
at::Tensor efficiencies(const ComponentConfig& surface, double wavelength_m,
                        std::optional<std::int64_t> levels = std::nullopt) {
  PhaseMask::Params params;
  params.surface = surface;
  params.material = Material::kFusedSilica;
  params.design_wavelength = Length::from_m(550e-9);
  params.levels = levels;
  const at::Tensor field =
      PhaseMask(params, BuildContext{})
          .apply(at::ones({1, kSamples}, at::kComplexDouble), {kGrid, wavelength_m});
  return (at::fft_fft(field[0]) / double(kSamples)).abs().square();
}

double squared_sinc(double x) {
  return x == 0.0 ? 1.0 : std::pow(std::sin(kPi * x) / (kPi * x), 2);
}

template <class Params>
Params ruled(Params params) {
  params.period = Length::from_m(kPeriod);
  return params;
}

ComponentConfig blazed() {
  return named("surface", "blazed_grating", ruled(BlazedGrating::Params{}), "optics.mask.surface");
}

TEST(BlazedGrating, OrdersFollowTheDispersionOfTheEtchedHeight) {
  // Fused silica designed at 550 nm: phase ratios of the reference table.
  for (const auto& [wavelength, kappa] : {std::pair{460e-9, 1.2084}, {640e-9, 0.8536}}) {
    const at::Tensor eta = efficiencies(blazed(), wavelength);
    for (const int m : {0, 1, 2}) {
      EXPECT_NEAR(eta[m].item<double>(), squared_sinc(kappa - m), 1e-3) << wavelength << " " << m;
    }
  }
  const at::Tensor blue = efficiencies(blazed(), 460e-9);
  EXPECT_NEAR(blue[1].item<double>(), 0.865, 1e-3);
  EXPECT_NEAR(blue[2].item<double>(), 0.060, 1e-3);
  EXPECT_NEAR(blue[0].item<double>(), 0.026, 1e-3);
  EXPECT_NEAR(efficiencies(blazed(), 640e-9)[1].item<double>(), 0.931, 1e-3);
}

TEST(BlazedGrating, LevelsHaveTheirEfficiency) {
  for (const auto& [levels, published] :
       {std::pair<std::int64_t, double>{2, 0.405}, {4, 0.811}, {8, 0.950}, {16, 0.987}}) {
    const double eta = efficiencies(blazed(), 550e-9, levels)[1].item<double>();
    EXPECT_NEAR(eta, squared_sinc(1.0 / double(levels)), 1e-5) << levels;
    EXPECT_NEAR(eta, published, 6e-4) << levels;
  }
}

TEST(BinaryGrating, HalfAWaveSendsTheLightIntoTheOddOrders) {
  const at::Tensor eta = efficiencies(
      named("surface", "binary_grating", ruled(BinaryGrating::Params{}), "optics.mask.surface"),
      550e-9);
  EXPECT_NEAR(eta[0].item<double>(), 0.0, 1e-6);
  EXPECT_NEAR(eta[1].item<double>(), 4 / (kPi * kPi), 1e-5);
  EXPECT_NEAR(eta[kSamples - 1].item<double>(), 4 / (kPi * kPi), 1e-5);
  EXPECT_NEAR(eta[3].item<double>(), 4 / (9 * kPi * kPi), 1e-5);
}

TEST(SinusoidalRelief, OrdersAreBesselFunctions) {
  SinusoidalRelief::Params params = ruled(SinusoidalRelief::Params{});
  params.depth = Angle::from_rad(2.4);  // peak to valley
  const at::Tensor eta =
      efficiencies(named("surface", "sinusoidal_relief", params, "optics.mask.surface"), 550e-9);
  for (const int m : {0, 1, 2, 3}) {
    EXPECT_NEAR(eta[m].item<double>(), std::pow(std::cyl_bessel_j(double(m), 1.2), 2), 1e-9) << m;
  }
}

TEST(FresnelLens, IsTheFoldedParaboloid) {
  const FresnelLens lens({Length::from_m(20e-3)}, BuildContext{});
  EXPECT_TRUE(lens.is_wrapped());
  const SurfaceScale scale{0.5, 550e-9};
  const Grid grid = Grid::centred(1, 201, 1e-5, 1e-5);
  const double r = 50e-5, phase = -kPi * r * r / (550e-9 * 20e-3);
  EXPECT_NEAR(lens.height_m(grid, scale)[0][150].item<double>(), phase * scale.m_per_rad(), 1e-15);
}

}  // namespace
}  // namespace parfocal::optics
