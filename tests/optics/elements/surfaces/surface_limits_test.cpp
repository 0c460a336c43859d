// SPDX-License-Identifier: Apache-2.0
// What a mask and its surface refuse, and what they say about it.
#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <string>

#include "core/error.h"
#include "optics/optical_element.h"
#include "tests/optics/parts.h"
#include "tests/optics/views/optics_block.h"

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(15, 22, 0.65e-6, 0.80e-6);

/// Light of `wavelength_m` behind a mask of these keys, built where the field is known or not.
void pass(const std::string& keys, double wavelength_m, bool field_is_known = true) {
  const auto block = optics_block("mask: {type: phase_mask, " + keys + "}");
  BuildContext context = context_with(block, kGrid);
  if (!field_is_known) context.sensor.reset();
  const auto mask = build<OpticalElement>(block.front().component, context);
  (void)mask->apply(at::full({kGrid.n_y, kGrid.n_x}, 1.0, at::kComplexDouble),
                    {kGrid, wavelength_m});
}

/// What is said when light passes, or when the keys are read; empty if all is well.
std::string complaint(const std::string& keys, double wavelength_m = 532e-9,
                      bool field_is_known = true) {
  try {
    pass(keys, wavelength_m, field_is_known);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

testing::AssertionResult says(const std::string& got, const std::string& expected) {
  if (got.find(expected) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << expected << "\" is not in \"" << got << "\"";
}

std::string design(const std::string& surface) {
  return "index: 1.5, design_wavelength: 532 nm, surface: {" + surface + "}";
}

TEST(PhaseMask, NeedsEitherAnIndexOrAMaterial) {
  EXPECT_TRUE(says(complaint("surface: {type: flat}"),
                   "expected exactly one of index and material; got none"));
  EXPECT_TRUE(says(complaint("index: 1.5, material: water, surface: {type: flat}"),
                   "expected exactly one of index and material; got both"));
  EXPECT_EQ(complaint("material: n_bk7, surface: {type: flat}"), "");
}

TEST(PhaseMask, UnknownMaterialsAreFoundInTheFile) {
  EXPECT_TRUE(says(complaint("material: fused_silca, surface: {type: flat}"), "fused_silica"));
}

TEST(PhaseMask, LevelsStartAtTwo) {
  EXPECT_TRUE(says(complaint("levels: 1, " + design("type: flat")), "levels = 1 is outside 2"));
}

TEST(PhaseMask, WrapAndLevelsNeedADesignWavelength) {
  const std::string expected =
      "wrap, levels and piston count waves of the design wavelength; give design_wavelength";
  for (const char* key : {"wrap: true", "levels: 4", "piston: 0.1 rad"}) {
    EXPECT_TRUE(says(complaint(std::string(key) + ", index: 1.5, surface: {type: flat}"), expected))
        << key;
  }
}

TEST(PhaseMask, AFocalLengthInADispersiveMaterialNeedsADesignWavelength) {
  EXPECT_TRUE(
      says(complaint("material: n_bk7, surface: {type: parabolic_lens, focal_length: 1 mm}"),
           "mask.design_wavelength: is missing; the surface parabolic_lens is given by its focal "
           "length"));
  EXPECT_EQ(complaint("index: 1.5, surface: {type: parabolic_lens, focal_length: 1 mm}"), "");
}

TEST(PhaseMask, LightOutsideTheRangeOfTheMaterialIsRefused) {
  EXPECT_TRUE(says(complaint("material: noa61, surface: {type: flat}", 1.55e-6),
                   "mask.material = noa61: wavelength 1.55 um is outside 400 nm .. 1 um"));
}

TEST(PhaseMask, StepsOfMoreThanHalfAWaveAreRefusedBeforeTheyAreWrapped) {
  for (const char* surface :
       {"type: fresnel_lens, focal_length: 0.01 mm", "type: cubic, strength: 60 rad",
        "type: even_asphere, coefficients: [60 rad]",
        "type: zernike, noll: [11], coefficients: [20 rad]"}) {
    EXPECT_TRUE(says(complaint("levels: 4, " + design(surface)), "mask: phase aliases")) << surface;
  }
  EXPECT_EQ(complaint("levels: 4, " + design("type: fresnel_lens, focal_length: 0.05 mm")), "");
}

TEST(GratingRuling, PeriodsBelowTwoSamplesAreRefused) {
  for (const char* kind : {"blazed_grating", "binary_grating", "sinusoidal_relief"}) {
    EXPECT_TRUE(says(complaint(design(std::string("type: ") + kind + ", period: 1.5 um")),
                     "mask.surface.period = 1.5 um: is not resolved by samples of pitch 800 nm, "
                     "limit 750 nm"))
        << kind;
    // Along y the samples are finer.
    EXPECT_EQ(complaint(design(std::string("type: ") + kind + ", period: 1.5 um, angle: 90 deg, " +
                               "depth: 0.5 rad")),
              "")
        << kind;
  }
}

TEST(Fourier, ItsShortestPeriodNeedsTwoSamples) {
  EXPECT_TRUE(
      says(complaint(design("type: fourier, band: 1, size: [64, 64], pitch: [0.2 um, 0.2 um]")),
           "mask.surface: its shortest period 413 nm needs samples of 206 nm or finer, the field "
           "has 650 nm"));
  EXPECT_EQ(complaint(design("type: fourier, band: 1")), "");
}

TEST(PixelHeight, WithoutAFieldItsOwnSamplesMustBeGiven) {
  for (const char* kind : {"pixel_height", "fourier"}) {
    EXPECT_TRUE(says(complaint(design(std::string("type: ") + kind), 532e-9, false),
                     std::string("mask.surface: ") + kind + " knows no field here; give size"));
    EXPECT_TRUE(says(complaint(design(std::string("type: ") + kind + ", size: [4, 5]")),
                     "expected both size and pitch, or none"));
    EXPECT_EQ(
        complaint(design(std::string("type: ") + kind + ", size: [4, 5], pitch: [2 um, 3 um]"),
                  532e-9, false),
        "");
  }
}

TEST(RadialProfile, BoundedHeightsMustStartInside) {
  EXPECT_TRUE(says(complaint(design("type: radial_profile, heights: [0.1 um, 2 um], "
                                    "height_max: 1 um")),
                   "mask.surface.height_max = 1 um: the start 100 nm .. 2 um must lie between 0 "
                   "and it"));
  EXPECT_TRUE(says(complaint(design("type: radial_profile")),
                   "expected exactly one of heights and samples; got none"));
  EXPECT_TRUE(says(complaint(design("type: radial_profile, heights: [1 um]")),
                   "heights: expected at least 2"));
}

}  // namespace
}  // namespace parfocal::optics
