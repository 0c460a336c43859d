// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/grating.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "optics/elements/ronchi_grating.h"
#include "optics/elements/sinusoidal_grating.h"
#include "optics/elements/slits.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

double sinc(double x) {
  return x == 0.0 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

/// Share of the incident light in order m of `periods` periods along x.
double efficiency(const at::Tensor& t, std::int64_t periods, std::int64_t order) {
  const double n = static_cast<double>(t.numel());
  return (fft2(t.to(at::kComplexDouble))[0][order * periods].abs().square() / (n * n))
      .item<double>();
}

TEST(Slits, FarFieldOfADoubleSlitIsThatOfYoung) {
  const double width = 10.3, spacing = 40.9, pitch = 0.5;  // um
  Slits::Params params;
  params.width = Length::from_m(width * 1e-6);
  params.spacing = Length::from_m(spacing * 1e-6);
  const Grid grid = Grid::centred(1, 201, pitch * 1e-6, pitch * 1e-6);
  const at::Tensor t = Slits(params, {}).transmission(grid)[0];
  for (double f = 0.0; f < 0.1; f += 0.0037) {  // cycles per um
    std::complex<double> sum = 0.0;
    for (std::int64_t j = 0; j < grid.n_x; ++j) {
      sum += pitch * t[j].item<double>() *
             std::polar(1.0, -2.0 * std::numbers::pi * f * grid.x_m(j) * 1e6);
    }
    const double young = 2.0 * width * sinc(width * f) * std::cos(std::numbers::pi * spacing * f);
    EXPECT_NEAR(sum.real() / sinc(pitch * f), young, 1e-3 * 2.0 * width) << f;
    EXPECT_NEAR(sum.imag(), 0.0, 1e-9) << f;
  }
}

TEST(Slits, HaveALengthAndTurn) {
  Slits::Params params;
  params.width = Length::from_m(5.3e-6);
  params.spacing = Length::from_m(20e-6);
  params.length = Length::from_m(31.7e-6);
  params.count = 3;
  params.angle = Angle::from_rad(0.3);
  const Grid grid = Grid::centred(161, 201, 0.5e-6, 0.4e-6);
  const double area = Slits(params, {}).transmission(grid).sum().item<double>() * 0.2;
  EXPECT_NEAR(area / (3.0 * 5.3 * 31.7), 1.0, 1e-3);
}

TEST(RonchiGrating, OrdersHoldTheSharesOfASquareWave) {
  RonchiGrating::Params params;
  params.period = Length::from_m(64e-6);
  params.duty = 0.4;
  const Grid grid = Grid::centred(1, 512, 1e-6, 1e-6);
  const at::Tensor t = RonchiGrating(params, {}).transmission(grid);
  EXPECT_NEAR(t.mean().item<double>(), 0.4, 1e-9);
  for (const std::int64_t m : {0, 1, 2, 3}) {
    const double expected = 0.4 * sinc(0.4 * static_cast<double>(m));
    EXPECT_NEAR(efficiency(t, 8, m), expected * expected, 5e-4) << m;
  }
}

TEST(SinusoidalGrating, HasThreeOrders) {
  SinusoidalGrating::Params params;
  params.period = Length::from_m(8e-6);
  params.contrast = 0.8;
  const at::Tensor t = SinusoidalGrating(params, {}).transmission(Grid::centred(1, 64, 1e-6, 1e-6));
  EXPECT_NEAR(efficiency(t, 8, 0), 0.25, 1e-12);
  EXPECT_NEAR(efficiency(t, 8, 1), 0.8 * 0.8 / 16.0, 1e-12);
  EXPECT_NEAR(efficiency(t, 8, 2), 0.0, 1e-12);
}

TEST(SinusoidalGrating, APeriodBelowTwoSamplesIsRefusedWithTheLimit) {
  SinusoidalGrating::Params params;
  params.period = Length::from_m(1.5e-6);
  BuildContext context;
  context.path = "optics.mask.pattern";
  try {
    (void)SinusoidalGrating(params, context).transmission(Grid::centred(4, 4, 1e-6, 1e-6));
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(error.what(),
                 "optics.mask.pattern.period = 1.5 um: not resolved, limit 2 um (two samples); "
                 "take finer samples or a longer period");
  }
}

}  // namespace
}  // namespace parfocal::optics
