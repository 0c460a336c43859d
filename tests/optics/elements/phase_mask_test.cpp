// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/phase_mask.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/angle.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/elements/height_map.h"
#include "optics/elements/phase_map.h"
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
  return {{named("surface", "height_map", HeightMap::Params{}, "optics.mask.surface"), index},
          context};
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
  PhaseMap::Params map;
  map.design_wavelength = Length::from_m(532e-9);
  const PhaseMask mask({named("surface", "phase_map", map, "optics.mask.surface"), 1.4},
                       context_with(files));
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
  at::Tensor leaf = tree.at("optics.mask.height").leaf;
  EXPECT_EQ(tree.at("optics.mask.height").unit, "um");
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

TEST(PhaseMask, SeveralFramesAreADataError) {
  OneImage files(at::full({2, 1, 15, 22}, 0.0, at::kDouble));
  EXPECT_THROW((void)measured_mask(1.5, context_with(files)), DataError);
}

}  // namespace
}  // namespace parfocal::optics
