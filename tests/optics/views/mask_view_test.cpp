// SPDX-License-Identifier: Apache-2.0
#include "optics/views/mask_view.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/scalar_tensor.h>
#include <gtest/gtest.h>

#include <numbers>

#include "core/error.h"
#include "optics/fabrication/level_polygons.h"
#include "optics/fabrication/slm_frame.h"
#include "optics/materials/material.h"
#include "optics/propagation/angular_spectrum.h"
#include "tests/optics/parts.h"
#include "tests/optics/views/optics_block.h"

namespace parfocal::optics {
namespace {

const Grid kLight = Grid::centred(48, 60, 1e-6, 1e-6);

std::vector<NamedComponent> block(const std::string& more) {
  return optics_block(
      "light: {type: plane_wave, wavelength: 550 nm}\n"
      "lens: {type: phase_mask, material: fused_silica, design_wavelength: 550 nm, " +
      more + " surface: {type: fresnel_lens, focal_length: 300 um}}\n");
}

/// Light 300 um behind a mask of these phases.
at::Tensor focus_of(const at::Tensor& phase) {
  const AngularSpectrumOperator gap({kLight, 550e-9}, at::scalar_tensor(300e-6, at::kDouble), {});
  return gap.forward(at::polar(at::ones(phase.sizes(), at::kDouble), phase)).abs().square();
}

TEST(MaskView, DrawingsAndFrameGiveTheFocusBack) {
  const auto optics = block("levels: 8,");
  const Shown shown = MaskView({"lens", true}, context_with(optics, kLight)).show();
  const double rad_per_m =
      2 * std::numbers::pi * (refractive_index(Material::kFusedSilica, 550e-9) - 1.0) / 550e-9;
  const at::Tensor height = shown.arrays.at(0).values;
  const at::Tensor focus = focus_of(height * rad_per_m);
  ASSERT_EQ(shown.drawings.size(), 2U);
  for (const Drawing& drawing : shown.drawings) {
    const at::Tensor drawn = heights_of(drawing.layers, kLight);
    EXPECT_LE(relative_error(focus_of(drawn * rad_per_m), focus), 1e-6) << drawing.name;
  }
  // Eight levels are among the 256 of the frame.
  EXPECT_LE(relative_error(focus_of(slm_phase(shown.arrays.at(1).values)), focus), 1e-12);
}

TEST(MaskView, AContinuousMaskHasNoOutlines) {
  const auto optics = block("");
  const Shown shown = MaskView({"lens", false}, context_with(optics, kLight)).show();
  EXPECT_TRUE(shown.drawings.empty());
  EXPECT_EQ(shown.notes.at(0), "no outlines: the mask has no levels");
}

TEST(MaskView, NeedsNoSourceWhereAModelBringsTheLight) {
  const auto optics = optics_block(
      "stop: {type: circular_aperture, diameter: 40 um}\n"
      "lens: {type: phase_mask, material: fused_silica, design_wavelength: 550 nm, surface: {type: "
      "fresnel_lens, focal_length: 300 um}}\n");
  const auto lit = block("");
  const Shown shown = MaskView({"lens", false}, context_with(optics, kLight)).show();
  const Shown expected = MaskView({"lens", false}, context_with(lit, kLight)).show();
  EXPECT_TRUE(shown.arrays.at(0).values.equal(expected.arrays.at(0).values));
}

TEST(MaskView, OnlyAPhaseMaskHasHeights) {
  const auto optics = optics_block(
      "light: {type: plane_wave, wavelength: 550 nm}\n"
      "stop: {type: circular_aperture, diameter: 9 um}");
  EXPECT_THROW((void)MaskView({"stop", false}, context_with(optics, kLight)), UsageError);
}

}  // namespace
}  // namespace parfocal::optics
