// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/phase_mask.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/angle.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/elements/surfaces/control_grid.h"
#include "optics/elements/surfaces/height_map.h"
#include "optics/elements/surfaces/phase_map.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

const Beam kBeam{Grid::centred(15, 22, 0.65e-6, 0.80e-6), 532e-9, 1.0};

BuildContext context_with(OneImage& files, ParameterTree* tree = nullptr) {
  BuildContext context;
  context.path = "optics.mask";
  context.dtype = at::kDouble;
  context.files = &files;
  context.parameters = tree;
  return context;
}

PhaseMask measured_mask(double index, const BuildContext& context) {
  PhaseMask::Params params;
  params.surface = named("surface", "height_map", HeightMap::Params{}, "optics.mask.surface");
  params.index = index;
  return {params, context};
}

TEST(PhaseMask, HeightDelaysByTheIndexStepInWaves) {
  OneImage files(at::full({1, 1, 15, 22}, 0.266, at::kDouble), kBeam.grid);  // um, half a wave
  const PhaseMask mask = measured_mask(1.5, context_with(files));
  const at::Tensor field = at::full({15, 22}, 1.0, at::kComplexDouble);
  const at::Tensor phase = at::angle(mask.apply(field, kBeam));
  EXPECT_NEAR(phase.max().item<double>(), std::numbers::pi / 2, 1e-12);
  EXPECT_NEAR(phase.min().item<double>(), std::numbers::pi / 2, 1e-12);
}

TEST(PhaseMask, KeepsTheModulus) {
  OneImage files(random_real({1, 1, 15, 22}, 1), kBeam.grid);
  const PhaseMask mask = measured_mask(1.46, context_with(files));
  const at::Tensor field = random_complex({2, 15, 22}, 2);
  EXPECT_LE(relative_error(mask.apply(field, kBeam).abs(), field.abs()), 1e-14);
}

TEST(PhaseMask, PhaseMapMakesItsPhasesAtTheDesignWavelength) {
  OneImage files(at::full({1, 1, 15, 22}, 1.2, at::kDouble), std::nullopt);
  PhaseMask::Params params;
  params.surface = named("surface", "phase_map", PhaseMap::Params{}, "optics.mask.surface");
  params.index = 1.4;
  params.design_wavelength = Length::from_m(532e-9);
  const PhaseMask mask(params, context_with(files));
  const at::Tensor field = at::full({15, 22}, 1.0, at::kComplexDouble);
  EXPECT_NEAR(at::angle(mask.apply(field, kBeam))[3][4].item<double>(), 1.2, 1e-12);
  Beam red = kBeam;
  red.wavelength_m = 638.4e-9;  // 1.2 times
  EXPECT_NEAR(at::angle(mask.apply(field, red))[3][4].item<double>(), 1.0, 1e-12);
}

TEST(PhaseMask, GradientInHeightMatchesFiniteDifferences) {
  OneImage files(random_real({1, 1, 15, 22}, 3), kBeam.grid);
  ParameterTree tree;
  const PhaseMask mask = measured_mask(1.5, context_with(files, &tree));
  at::Tensor leaf = tree.at("optics.mask.surface.height").leaf;
  EXPECT_EQ(tree.at("optics.mask.surface.height").unit, "um");
  const at::Tensor field = random_complex({15, 22}, 4), reference = random_complex({15, 22}, 5);
  const auto loss = [&] { return (mask.apply(field, kBeam) - reference).abs().square().sum(); };
  leaf.set_requires_grad(true);
  loss().backward();
  const double gradient = leaf.grad()[7][3].item<double>();
  leaf.set_requires_grad(false);
  const double h = 1e-5;
  leaf[7][3] += h;
  const double above = loss().item<double>();
  leaf[7][3] -= 2 * h;
  const double below = loss().item<double>();
  EXPECT_NEAR(gradient, (above - below) / (2 * h), 1e-6 * std::abs(gradient));
}

/// A mask of the catalogue that carries a constant phase, wrapped and etched as asked for.
PhaseMask etched_mask(OneImage& files, std::optional<std::int64_t> levels) {
  PhaseMask::Params params;
  params.surface = named("surface", "phase_map", PhaseMap::Params{}, "optics.mask.surface");
  params.material = Material::kFusedSilica;
  params.design_wavelength = Length::from_m(550e-9);
  params.wrap = true;
  params.levels = levels;
  return {params, context_with(files)};
}

TEST(PhaseMask, DispersionActsOnTheWrappedHeight) {
  OneImage files(at::full({1, 1, 15, 22}, 8.0, at::kDouble), std::nullopt);
  const PhaseMask mask = etched_mask(files, std::nullopt);
  const double rest = 8.0 - 2 * std::numbers::pi;
  const double wave_m = 550e-9 / (refractive_index(Material::kFusedSilica, 550e-9) - 1.0);
  EXPECT_NEAR(wave_m, 1.1959e-6, 1e-10);
  EXPECT_NEAR(mask.height_m(kBeam.grid)[2][3].item<double>(),
              rest / (2 * std::numbers::pi) * wave_m, 1e-18);
  Beam blue = kBeam;
  blue.wavelength_m = 460e-9;
  const at::Tensor field = at::full({15, 22}, 1.0, at::kComplexDouble);
  // Phase ratio 1.2084 of the reference table.
  EXPECT_NEAR(at::angle(mask.apply(field, blue))[2][3].item<double>(), rest * 1.2084, 2e-4);
}

TEST(PhaseMask, EtchesOneOfItsLevels) {
  OneImage files(at::full({1, 1, 15, 22}, 1.9, at::kDouble), std::nullopt);
  const PhaseMask mask = etched_mask(files, 4);
  const at::Tensor field = at::full({15, 22}, 1.0, at::kComplexDouble);
  Beam green = kBeam;
  green.wavelength_m = 550e-9;
  EXPECT_NEAR(at::angle(mask.apply(field, green))[2][3].item<double>(), std::numbers::pi / 2,
              1e-12);
}

TEST(PhaseMask, PistonShiftsWhatTheLevelsRound) {
  OneImage files(at::full({1, 1, 15, 22}, 0.7, at::kDouble), std::nullopt);  // rad, step pi / 2
  ParameterTree tree;
  PhaseMask::Params params;
  params.surface = named("surface", "phase_map", PhaseMap::Params{}, "optics.mask.surface");
  params.index = 1.5;
  params.design_wavelength = Length::from_m(550e-9);
  params.levels = 4;
  params.piston = Angle::from_rad(0.2);
  const PhaseMask mask(params, context_with(files, &tree));
  const auto level = [&] {
    return mask.height_m(kBeam.grid)[2][3].item<double>() / (550e-9 / 0.5 / 4);
  };
  EXPECT_NEAR(level(), 1.0, 1e-12);
  at::Tensor piston = tree.at("optics.mask.piston").leaf;
  piston.fill_(0.0);
  EXPECT_NEAR(level(), 0.0, 1e-12);
  EXPECT_NEAR(mask.designed_height_m(kBeam.grid)[2][3].item<double>(),
              0.7 / (2 * std::numbers::pi) * 550e-9 / 0.5, 1e-18);
  piston.set_requires_grad(true);
  mask.height_m(kBeam.grid).sum().backward();
  EXPECT_NEAR(piston.grad().item<double>() / (15 * 22 * mask.scale().m_per_rad()), 1.0, 1e-12);
}

/// A mask of four levels, 0.7 rad everywhere, that hangs its leaves.
PhaseMask leveled_mask(OneImage& files, ParameterTree& tree) {
  PhaseMask::Params params;
  params.surface = named("surface", "phase_map", PhaseMap::Params{}, "optics.mask.surface");
  params.index = 1.5;
  params.design_wavelength = Length::from_m(550e-9);
  params.levels = 4;
  BuildContext context = context_with(files, &tree);
  context.sensor = kBeam.grid;
  return {params, context};
}

TEST(PhaseMask, ASoftnessBlendsTheLevelsAndCannotBeTrained) {
  OneImage files(at::full({1, 1, 15, 22}, 0.7, at::kDouble), std::nullopt);
  ParameterTree tree;
  const PhaseMask mask = leveled_mask(files, tree);
  const Parameter& softness = tree.at("optics.mask.levels_softness");
  EXPECT_FALSE(softness.trainable);
  EXPECT_EQ(mask.height_m(kBeam.grid)[2][3].item<double>(), 0.0);
  softness.leaf.fill_(1e4);
  EXPECT_NEAR(mask.height_m(kBeam.grid)[2][3].item<double>(),
              mask.designed_height_m(kBeam.grid)[2][3].item<double>(), 1e-15);
}

TEST(PhaseMask, HeightErrorsAddToWhatIsEtched) {
  OneImage files(at::full({1, 1, 15, 22}, 0.7, at::kDouble), std::nullopt);
  ParameterTree tree;
  const PhaseMask mask = leveled_mask(files, tree);
  const Parameter& error = tree.at("optics.mask.height_error");
  EXPECT_FALSE(error.trainable);
  error.leaf[2][3].fill_(0.05);
  EXPECT_NEAR(mask.height_m(kBeam.grid)[2][3].item<double>(), 50e-9, 1e-20);
  EXPECT_EQ(mask.height_m(kBeam.grid)[2][4].item<double>(), 0.0);
}

/// A control grid that steps by more than half a wave from pixel to pixel.
TEST(PhaseMask, AFreeFormWithLevelsIsMadeOfPixels) {
  ControlGrid::Params steep;
  steep.size = {15, 22};
  steep.start_rms = Angle::from_rad(20.0);
  PhaseMask::Params params;
  params.surface = named("surface", "control_grid", steep, "optics.mask.surface");
  params.index = 1.5;
  params.design_wavelength = Length::from_m(550e-9);
  BuildContext context;
  context.path = "optics.mask";
  const at::Tensor field = at::full({15, 22}, 1.0, at::kComplexDouble);
  EXPECT_THROW(static_cast<void>(PhaseMask(params, context).apply(field, kBeam)), SamplingError);
  params.levels = 2;
  EXPECT_NO_THROW(static_cast<void>(PhaseMask(params, context).apply(field, kBeam)));
}

// d phase / d wavelength of a layer of height h: 2 pi h (n'(w) w - n + 1) / w^2.
TEST(PhaseMask, WavelengthGradientHoldsTheDispersion) {
  OneImage files(at::full({1, 1, 15, 22}, 0.3, at::kDouble), kBeam.grid);  // um
  PhaseMask::Params params;
  params.surface = named("surface", "height_map", HeightMap::Params{}, "optics.mask.surface");
  params.material = Material::kNBk7;
  const PhaseMask mask(params, context_with(files));
  const at::Tensor wavelength = at::full({}, 500e-9, at::kDouble).requires_grad_(true);
  const Beam beam{kBeam.grid, 500e-9, 1.0, wavelength};
  const at::Tensor field = at::full({15, 22}, 1.0, at::kComplexDouble);
  at::angle(mask.apply(field, beam))[4][5].backward();
  const double h = 1e-12, n = refractive_index(Material::kNBk7, 500e-9);
  const double slope = (refractive_index(Material::kNBk7, 500e-9 + h) -
                        refractive_index(Material::kNBk7, 500e-9 - h)) /
                       (2 * h);
  const double expected =
      2 * std::numbers::pi * 0.3e-6 * (slope * 500e-9 - n + 1) / (500e-9 * 500e-9);
  EXPECT_NEAR(wavelength.grad().item<double>() / expected, 1.0, 1e-5);
}

TEST(PhaseMask, APhaseWithoutADesignWavelengthIsRefused) {
  OneImage files(at::full({1, 1, 15, 22}, 1.9, at::kDouble), std::nullopt);
  PhaseMask::Params params;
  params.surface = named("surface", "phase_map", PhaseMap::Params{}, "optics.mask.surface");
  params.index = 1.5;
  try {
    (void)PhaseMask(params, context_with(files));
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "optics.mask.design_wavelength: is missing; the surface phase_map is given by its "
                 "phase, which becomes a height at one wavelength only; give design_wavelength");
  }
}

TEST(PhaseMask, HeightsThatAreNotFiniteAreRefused) {
  at::Tensor heights = random_real({1, 1, 15, 22}, 6);
  heights[0][0][3][5] = std::nan("");
  OneImage files(heights, kBeam.grid);
  try {
    (void)measured_mask(1.5, context_with(files));
    FAIL() << "no error";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what())
                  .find("1 values are not finite, the first at row 3, column "
                        "5; mend the file"),
              std::string::npos)
        << error.what();
  }
}

TEST(PhaseMask, SeveralFramesAreADataError) {
  OneImage files(at::full({2, 1, 15, 22}, 0.0, at::kDouble));
  EXPECT_THROW((void)measured_mask(1.5, context_with(files)), DataError);
}

}  // namespace
}  // namespace parfocal::optics
