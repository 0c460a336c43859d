// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/contour.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/tensor/random.h"
#include "optics/elements/surfaces/perlin_noise.h"
#include "optics/elements/thin_phase.h"
#include "optics/fabrication/height_levels.h"
#include "optics/plane.h"
#include "optics/propagation/angular_spectrum.h"
#include "tests/optics/parts.h"
#include "tests/optics/views/optics_block.h"

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(90, 96, 2e-6, 2e-6);
const SurfaceScale kScale{0.5103, 532e-9};
constexpr double kTurn = 2.0 * std::numbers::pi;

Contour::Params some_params() {
  Contour::Params params;
  params.feature_size = Length::from_m(48e-6);
  params.line_width = Length::from_m(8e-6);
  params.distance = Length::from_m(400e-6);
  params.iterations = 30;
  return params;
}

Contour contour(const Contour::Params& params, ParameterTree* tree = nullptr) {
  BuildContext context;
  context.path = "optics.mask.surface";
  context.parameters = tree;
  context.sensor = kGrid;
  return {params, context};
}

PerlinNoise noise_at(const std::vector<double>& y, const std::vector<double>& x) {
  return perlin_noise(at::tensor(y, at::kDouble), at::tensor(x, at::kDouble), 7);
}

TEST(PerlinNoise, VanishesAtTheLatticePointsWithASlopeOfOneOfSixteenDirections) {
  const at::Tensor lattice = at::arange(-4, 5, at::kDouble);
  const PerlinNoise noise = perlin_noise(lattice, lattice, 7);
  EXPECT_EQ(noise.value.abs().max().item<double>(), 0.0);
  const at::Tensor length = (noise.slope_y.square() + noise.slope_x.square()).sqrt();
  EXPECT_LE((length - 1.0).abs().max().item<double>(), 1e-15);
  const at::Tensor steps = noise.slope_y.atan2(noise.slope_x) * (16.0 / kTurn);
  EXPECT_LE((steps - steps.round()).abs().max().item<double>(), 1e-14);
  EXPECT_GT(steps.std().item<double>(), 2.0);
}

// The definition, written out with the gradients that the lattice points show.
TEST(PerlinNoise, BlendsTheRampsOfFourCorners) {
  const std::vector<double> ends{-2.0, -1.0};
  const PerlinNoise corner = noise_at(ends, {3.0, 4.0});
  const double t = 0.3, u = 0.85;
  const auto fade = [](double s) {
    return 6 * std::pow(s, 5) - 15 * std::pow(s, 4) + 10 * s * s * s;
  };
  double expected = 0.0;
  for (int a = 0; a < 2; ++a)
    for (int b = 0; b < 2; ++b)
      expected += (a ? fade(t) : 1 - fade(t)) * (b ? fade(u) : 1 - fade(u)) *
                  (corner.slope_y[a][b].item<double>() * (t - a) +
                   corner.slope_x[a][b].item<double>() * (u - b));
  const at::Tensor reach = at::tensor(std::vector<double>{-2.0 + t, 2.9}, at::kDouble);
  const at::Tensor across = at::tensor(std::vector<double>{3.0 + u, 4.0}, at::kDouble);
  EXPECT_NEAR(perlin_noise(reach, across, 7).value[0][0].item<double>(), expected, 1e-15);
}

TEST(PerlinNoise, HasTheSlopesOfItsValues) {
  const double h = 1e-5;
  for (const double y : {-1.3, 0.2, 1.75}) {
    for (const double x : {-0.6, 0.45, 1.999}) {
      const PerlinNoise n = noise_at({y - h, y, y + h}, {x - h, x, x + h});
      const auto value = [&](int i, int j) { return n.value[i][j].item<double>(); };
      EXPECT_NEAR(n.slope_y[1][1].item<double>(), (value(2, 1) - value(0, 1)) / (2 * h), 1e-8);
      EXPECT_NEAR(n.slope_x[1][1].item<double>(), (value(1, 2) - value(1, 0)) / (2 * h), 1e-8);
    }
  }
}

TEST(PerlinNoise, KeepsItsSecondDerivativesAcrossTheLattice) {
  const double h = 1e-6;
  const PerlinNoise n = noise_at({0.37}, {1.0 - h, 1.0, 1.0 + h});
  const auto bend = [&](const at::Tensor& slope, int j) {
    return (slope[0][j + 1] - slope[0][j]).item<double>() / h;
  };
  for (const at::Tensor& slope : {n.slope_x, n.slope_y}) {
    EXPECT_NEAR(bend(slope, 0), bend(slope, 1), 1e-3);
  }
  EXPECT_GT(std::abs(bend(n.slope_y, 0)), 1e-2);
}

TEST(Contour, ItsLinesPartHillsFromValleysAndHaveTheirWidth) {
  Contour::Params params = some_params();
  params.line_width = Length::from_m(4e-6);
  const at::Tensor thin = contour(params).lines();
  const PerlinNoise noise =
      perlin_noise(y_coordinates_m(kGrid) / 48e-6, x_coordinates_m(kGrid) / 48e-6, 0);
  const at::Tensor hill = noise.value > 0.0;
  const auto turns = hill.slice(1, 1).logical_xor(hill.slice(1, 0, -1));
  EXPECT_GT(turns.sum().item<std::int64_t>(), 100);
  EXPECT_TRUE(
      (thin.slice(1, 1) + thin.slice(1, 0, -1) > 0.5).masked_select(turns).all().item<bool>());
  params.line_width = Length::from_m(8e-6);
  const double ratio = (contour(params).lines().sum() / thin.sum()).item<double>();
  EXPECT_NEAR(ratio, 2.0, 0.06);
  EXPECT_GE(thin.min().item<double>(), 0.0);
  EXPECT_LE(thin.max().item<double>(), 1.0);
}

double correlation(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor p = a - a.mean(), q = b - b.mean();
  return ((p * q).sum() / (p.norm() * q.norm())).item<double>();
}

/// Likeness of the light behind a mask of these heights to the lines that it should cast.
double likeness(const at::Tensor& height_m, const at::Tensor& lines) {
  const Beam beam{kGrid, kScale.design_wavelength_m, 1.0};
  const AngularSpectrumOperator gap(beam, at::scalar_tensor(400e-6, at::kDouble), {});
  const at::Tensor lit = at::ones({kGrid.n_y, kGrid.n_x}, at::kComplexDouble);
  const at::Tensor field = delayed(lit, thin_phase(height_m, 1.0 + kScale.index_step, beam));
  return correlation(gap.forward(field).abs().square(), lines);
}

TEST(Contour, CastsItsLinesOnTheSensor) {
  const Contour surface = contour(some_params());
  const at::Tensor lines = surface.lines(), height = surface.height_m(kGrid, kScale);
  RandomStream random(1, "random mask");
  const at::Tensor noise = random.uniform({kGrid.n_y, kGrid.n_x}) * kScale.m_per_wave();
  EXPECT_GT(likeness(height, lines), 0.95);  // 0.963; of a random mask -0.002
  EXPECT_LT(std::abs(likeness(noise, lines)), 0.05);
  EXPECT_GT(likeness(quantize_height(height, kScale.m_per_wave(), 6), lines), 0.92);
  const auto errors = surface.retrieved(kScale.design_wavelength_m).errors;
  EXPECT_LT(errors.back(), 0.6 * errors.front());
  for (std::size_t i = 1; i < errors.size(); ++i) EXPECT_LE(errors[i], errors[i - 1]) << i;
}

TEST(Contour, ItsHeightsLieWithinOneWave) {
  Contour::Params params = some_params();
  params.iterations = 2;
  params.aperture = {Length::from_m(100e-6), Length::from_m(160e-6)};
  const Contour surface = contour(params);
  const at::Tensor height = surface.height_m(kGrid, kScale), open = surface.opening();
  EXPECT_EQ(open.sum().item<double>(), 51 * 81);
  EXPECT_GE(height.min().item<double>(), 0.0);
  EXPECT_LT(height.max().item<double>(), kScale.m_per_wave());
  EXPECT_GT(height.max().item<double>(), 0.95 * kScale.m_per_wave());
  EXPECT_EQ((height * (1.0 - open)).abs().max().item<double>(), 0.0);
  EXPECT_EQ((surface.lines() * (1.0 - open)).abs().max().item<double>(), 0.0);
}

TEST(Contour, IsThatOfItsSeedAndWavelength) {
  Contour::Params params = some_params();
  params.iterations = 2;
  const Contour first = contour(params), again = contour(params);
  const at::Tensor height = first.height_m(kGrid, kScale);
  EXPECT_TRUE(at::equal(height, again.height_m(kGrid, kScale)));
  SurfaceScale red = kScale;
  red.design_wavelength_m = 633e-9;
  EXPECT_GT(relative_error(first.height_m(kGrid, red), height), 0.1);
  EXPECT_TRUE(at::equal(height, first.height_m(kGrid, kScale)));
  params.seed = 1;
  EXPECT_GT(relative_error(contour(params).height_m(kGrid, kScale), height), 0.5);
}

TEST(Contour, TrainingStartsAtTheRetrievedPhase) {
  Contour::Params params = some_params();
  params.iterations = 2;
  ParameterTree tree;
  const Contour surface = contour(params, &tree);
  const Parameter& change = tree.at("optics.mask.surface.phase_change");
  EXPECT_EQ(change.unit, "rad");
  EXPECT_EQ(change.leaf.abs().max().item<double>(), 0.0);
  const at::Tensor before = surface.height_m(kGrid, kScale);
  at::Tensor leaf = change.leaf;
  leaf[3][5] += 0.25;
  const at::Tensor moved = surface.height_m(kGrid, kScale) - before;
  EXPECT_NEAR(moved[3][5].item<double>(), 0.25 * kScale.m_per_rad(), 1e-18);
  EXPECT_NEAR(moved.sum().item<double>(), 0.25 * kScale.m_per_rad(), 1e-18);
}

/// What is said when light passes such a mask, or when the keys are read; empty if all is well.
std::string complaint(const std::string& keys, bool field_is_known = true) {
  try {
    const auto block = optics_block(
        "mask: {type: phase_mask, index: 1.5103, design_wavelength: 532 nm, surface: {type: "
        "contour, " +
        keys + "}}");
    BuildContext context = context_with(block, kGrid);
    if (!field_is_known) context.sensor.reset();
    const auto mask = build<OpticalElement>(block.front().component, context);
    (void)mask->apply(at::full({kGrid.n_y, kGrid.n_x}, 1.0, at::kComplexDouble),
                      {kGrid, 532e-9, 1.0});
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Contour, AnApertureBetweenTheSamplesIsRefused) {
  Contour::Params params = some_params();
  params.aperture = {Length::from_m(1e-9), Length::from_m(1e-9)};
  BuildContext context;
  context.sensor = Grid{4, 4, 2e-6, 2e-6, 1.5, 1.5};
  EXPECT_THROW(static_cast<void>(Contour(params, context).height_m(kGrid, kScale)), SamplingError);
}

TEST(Contour, SaysWhatItRefuses) {
  const std::string sizes = "feature_size: 48 um, line_width: 8 um, ";
  const std::string good = sizes + "distance: 400 um, iterations: 1";
  EXPECT_EQ(complaint(good), "");
  for (const auto& [keys, expected] : std::vector<std::array<std::string, 2>>{
           {sizes + "iterations: 1", "distance"},
           {sizes + "distance: 0 um", "distance = \"0 um\" must be above 0 m"},
           {sizes + "distance: 400 um, iterations: 0", "iterations = 0 is outside 1"},
           {good + ", level: 0.8", "level = 0.8 is outside"},
           {good + ", seed: -1", "seed = -1"},
           {good + ", size: [4, 5]", "expected both size and pitch, or none"},
           {"feature_size: 8 um, line_width: 8 um, distance: 1 mm",
            "line_width = 8 um: expected less than feature_size = 8 um"},
           {"feature_size: 48 um, line_width: 1.5 um, distance: 1 mm",
            "mask.surface.line_width = 1.5 um: not resolved by samples of pitch 2 um"},
           {good + ", level: 0.7", "mask.surface: no line of the noise lies in the aperture"}}) {
    const std::string got = complaint(keys);
    EXPECT_NE(got.find(expected), std::string::npos) << keys << "\n" << got;
  }
  EXPECT_NE(complaint(good, false).find("mask.surface: contour knows no field here; give size"),
            std::string::npos);
  EXPECT_EQ(complaint(good + ", size: [40, 50], pitch: [2 um, 2 um]", false), "");
}

}  // namespace
}  // namespace parfocal::optics
