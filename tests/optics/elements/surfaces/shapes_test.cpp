// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/fft_ifft2.h>
#include <ATen/ops/full.h>
#include <ATen/ops/real.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "optics/elements/surfaces/control_grid.h"
#include "optics/elements/surfaces/cubic.h"
#include "optics/elements/surfaces/even_asphere.h"
#include "optics/elements/surfaces/flat.h"
#include "optics/elements/surfaces/fourier.h"
#include "optics/elements/surfaces/height_map.h"
#include "optics/elements/surfaces/phase_map.h"
#include "optics/elements/surfaces/pixel_height.h"
#include "optics/elements/surfaces/radial_profile.h"
#include "optics/elements/surfaces/zernike_surface.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(15, 22, 0.65e-6, 0.80e-6);
const SurfaceScale kScale{0.5, 532e-9};

BuildContext context_with(ParameterTree& tree) {
  BuildContext context;
  context.path = "optics.mask.surface";
  context.dtype = at::kDouble;
  context.parameters = &tree;
  context.sensor = kGrid;
  context.seed = 3;
  return context;
}

double phase_at(const Surface& surface, std::int64_t i, std::int64_t j) {
  return surface.height_m(kGrid, kScale)[i][j].item<double>() / kScale.m_per_rad();
}

TEST(Flat, IsItsHeightEverywhere) {
  const Flat flat({Length::from_m(0.4e-6)}, BuildContext{});
  EXPECT_TRUE((flat.height_m(kGrid, kScale) == 0.4e-6).all().item<bool>());
}

TEST(Cubic, IsTheSumOfCubesInHalfDiameters) {
  const Cubic cubic({Angle::from_rad(6.0), Length::from_m(8e-6)}, BuildContext{});
  const double y = kGrid.y_m(3) / 4e-6, x = kGrid.x_m(17) / 4e-6;
  EXPECT_NEAR(phase_at(cubic, 3, 17), 6.0 * (y * y * y + x * x * x), 1e-12);
}

TEST(EvenAsphere, SumsEvenPowersAndKeepsItsRim) {
  const EvenAsphere sphere({{Angle::from_rad(3.0), Angle::from_rad(-1.0)}, Length::from_m(8e-6)},
                           BuildContext{});
  const double r2 = (std::pow(kGrid.y_m(9), 2) + std::pow(kGrid.x_m(13), 2)) / (4e-6 * 4e-6);
  EXPECT_NEAR(phase_at(sphere, 9, 13), 3.0 * r2 - r2 * r2, 1e-12);
  EXPECT_NEAR(phase_at(sphere, 0, 0), 2.0, 1e-12);
}

TEST(ZernikeSurface, IsTheClosedFormOfAstigmatism) {
  const ZernikeSurface surface({{6}, {Angle::from_rad(0.5)}, Length::from_m(12e-6)},
                               BuildContext{});
  const double y = kGrid.y_m(9) / 6e-6, x = kGrid.x_m(13) / 6e-6;
  EXPECT_NEAR(phase_at(surface, 9, 13), 0.5 * std::sqrt(6.0) * (x * x - y * y), 1e-12);
}

TEST(RadialProfile, InterpolatesItsHeights) {
  RadialProfile::Params params;
  params.heights = {Length::from_m(0.0), Length::from_m(1e-7), Length::from_m(4e-7)};
  params.diameter = Length::from_m(12e-6);
  const RadialProfile profile(params, BuildContext{});
  const double t = std::hypot(kGrid.y_m(9), kGrid.x_m(13)) / 6e-6 * 2;  // in samples
  ASSERT_LT(t, 1.0);
  EXPECT_NEAR(profile.height_m(kGrid, kScale)[9][13].item<double>(), t * 1e-7, 1e-18);
}

/// Bilinear interpolation without corner alignment, written out.
double bilinear(const at::Tensor& c, double p_y, double p_x) {
  const auto value = [&](double y, double x) {
    const auto i = static_cast<std::int64_t>(std::clamp(y, 0.0, double(c.size(0) - 1)));
    const auto j = static_cast<std::int64_t>(std::clamp(x, 0.0, double(c.size(1) - 1)));
    return c[i][j].item<double>();
  };
  const double y0 = std::floor(p_y), x0 = std::floor(p_x), t = p_y - y0, u = p_x - x0;
  return (1 - t) * ((1 - u) * value(y0, x0) + u * value(y0, x0 + 1)) +
         t * ((1 - u) * value(y0 + 1, x0) + u * value(y0 + 1, x0 + 1));
}

TEST(ControlGrid, IsBilinearBetweenTheMiddlesOfItsCells) {
  ParameterTree tree;
  ControlGrid::Params params;
  params.size = {4, 5};
  const ControlGrid surface(params, context_with(tree));
  const at::Tensor leaf = tree.at("optics.mask.surface.phase").leaf;
  EXPECT_EQ(tree.at("optics.mask.surface.phase").unit, "rad");
  for (const auto& [i, j] : {std::pair{0, 0}, {3, 17}, {14, 21}, {7, 11}}) {
    const double p_y = (i + 0.5) / 15 * 4 - 0.5, p_x = (j + 0.5) / 22 * 5 - 0.5;
    EXPECT_NEAR(phase_at(surface, i, j), bilinear(leaf, p_y, p_x), 1e-12) << i << " " << j;
  }
}

TEST(Fourier, IsTheSeriesOfItsCoefficients) {
  ParameterTree tree;
  const Fourier surface({0.5, std::nullopt, std::nullopt}, context_with(tree));
  at::Tensor real = tree.at("optics.mask.surface.real").leaf;
  at::Tensor imaginary = tree.at("optics.mask.surface.imaginary").leaf;
  const std::int64_t c_y = real.size(0) / 2, c_x = real.size(1) / 2;
  real[c_y + 1][c_x] = 0.7;
  imaginary[c_y][c_x + 2] = -0.4;
  const double turn = 2 * 3.14159265358979323846;
  const double y = kGrid.y_m(4) / (15 * 0.65e-6), x = kGrid.x_m(6) / (22 * 0.80e-6);
  EXPECT_NEAR(phase_at(surface, 4, 6), 0.7 * std::cos(turn * y) + 0.4 * std::sin(turn * 2 * x),
              1e-12);
}

// The usual parametrisation: coefficients within the band, padded, real part of the inverse FFT.
TEST(Fourier, IsTheRealPartOfAPaddedInverseTransform) {
  ParameterTree tree;
  BuildContext context = context_with(tree);
  context.sensor = Grid{15, 22, 0.65e-6, 0.80e-6, 0.0, 0.0};
  const Fourier surface({0.75, std::nullopt, std::nullopt}, context);
  const at::Tensor real = tree.at("optics.mask.surface.real").leaf;
  const at::Tensor imaginary = tree.at("optics.mask.surface.imaginary").leaf;
  ASSERT_EQ(real.sizes(), at::IntArrayRef({11, 15}));
  real.copy_(random_real({11, 15}, 4));
  imaginary.copy_(random_real({11, 15}, 5));
  at::Tensor padded = at::zeros({15, 22}, at::kComplexDouble);
  padded.slice(0, 0, 11).slice(1, 0, 15).copy_(at::complex(real, imaginary));
  const at::Tensor spectrum = padded.roll({-5, -7}, {0, 1});  // index 0 is frequency 0
  const at::Tensor expected = at::real(at::fft_ifft2(spectrum)) * (15.0 * 22.0);
  const at::Tensor got = surface.height_m(*context.sensor, kScale) / kScale.m_per_rad();
  EXPECT_LE(relative_error(got, expected), 1e-13);
}

TEST(PixelHeight, SamplesOfItsOwnAreInterpolatedAndEndAtTheRim) {
  ParameterTree tree;
  PixelHeight::Params params;
  params.size = {3, 3};
  params.pitch = {Length::from_m(2e-6), Length::from_m(4e-6)};
  const PixelHeight surface(params, context_with(tree));
  tree.at("optics.mask.surface.height").leaf[1][2] = 0.5;  // um, at (0, 4 um)
  const Grid grid = Grid::centred(11, 13, 1e-6, 1e-6);
  const at::Tensor um = surface.height_m(grid, kScale) * 1e6;
  EXPECT_NEAR(um[5][10].item<double>(), 0.5, 1e-12);
  EXPECT_NEAR(um[5][8].item<double>(), 0.25, 1e-12);
  EXPECT_NEAR(um[6][10].item<double>(), 0.25, 1e-12);
  EXPECT_NEAR(um[5][12].item<double>(), 0.25, 1e-12);
  EXPECT_NEAR(um[0][0].item<double>(), 0.0, 1e-12);
}

TEST(RadialProfile, SamplesStartFlatOrAtHalfTheBound) {
  RadialProfile::Params params;
  params.samples = 7;
  EXPECT_EQ(
      RadialProfile(params, BuildContext{}).height_m(kGrid, kScale).abs().max().item<double>(),
      0.0);
  params.height_max = Length::from_m(1e-6);
  const at::Tensor height = RadialProfile(params, BuildContext{}).height_m(kGrid, kScale);
  EXPECT_LE((height - 0.5e-6).abs().max().item<double>(), 1e-20);
}

TEST(PixelHeight, BoundedHeightsStayBetweenZeroAndTheLargest) {
  ParameterTree tree;
  PixelHeight::Params params;
  params.start_rms = Length::from_m(20e-9);
  params.height_max = Length::from_m(1e-6);
  const PixelHeight surface(params, context_with(tree));
  at::Tensor leaf = tree.at("optics.mask.surface.height_logit").leaf;
  EXPECT_NEAR(surface.height_m(kGrid, kScale).mean().item<double>(), 0.5e-6, 10e-9);
  leaf[3][4] = 50.0;
  leaf[3][5] = -50.0;
  const at::Tensor height = surface.height_m(kGrid, kScale);
  EXPECT_NEAR(height[3][4].item<double>(), 1e-6, 1e-18);
  EXPECT_NEAR(height[3][5].item<double>(), 0.0, 1e-18);
}

TEST(HeightMap, AndPhaseMapAreTheValuesOfTheirFile) {
  const at::Tensor values = random_real({1, 1, 15, 22}, 1);
  OneImage files(values, kGrid);
  ParameterTree tree;
  BuildContext context = context_with(tree);
  context.files = &files;
  HeightMap::Params params;
  params.unit = Length::from_m(1e-9);
  EXPECT_LE(relative_error(HeightMap(params, context).height_m(kGrid, kScale), values[0][0] * 1e-9),
            1e-14);
  EXPECT_LE(relative_error(PhaseMap(PhaseMap::Params{}, context).height_m(kGrid, kScale),
                           values[0][0] * kScale.m_per_rad()),
            1e-14);
}

TEST(HeightMap, AMapOfAnotherSizeWithoutPitchIsRefused) {
  OneImage files(random_real({1, 1, 8, 9}, 1), std::nullopt);
  ParameterTree tree;
  BuildContext context = context_with(tree);
  context.files = &files;
  const HeightMap map(HeightMap::Params{}, context);
  try {
    (void)map.height_m(kGrid, kScale);
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(error.what(),
                 "optics.mask.surface: the map has 8 x 9 samples and no pitch, the field has 15 x "
                 "22; give the pitch of the file or a map of the size of the field");
  }
}

}  // namespace
}  // namespace parfocal::optics
