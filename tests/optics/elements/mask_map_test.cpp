// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/mask_map.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "optics/plane.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

const LeafUnit kMicrometre{"um", 1e-6};

BuildContext context_at(const std::string& path) {
  BuildContext context;
  context.path = path;
  context.dtype = at::kDouble;
  return context;
}

TEST(MaskMap, SampledValuesStayOnTheirSamplesAndAreInterpolatedElsewhere) {
  const Grid grid = Grid::centred(8, 9, 1e-6, 1e-6);
  const at::Tensor values = random_real({8, 9}, 1) * 1e-6;
  const MaskMap map(context_at("optics.mask"), "height", kMicrometre, {values, grid});
  EXPECT_LE(relative_error(map.on(grid, at::kCPU), values), 1e-15);
  const Grid finer = Grid::centred(16, 18, 0.5e-6, 0.5e-6);
  const at::Tensor got = map.on(finer, at::kCPU);
  EXPECT_NEAR(got[8][8].item<double>(), 0.5 * (values[4][3] + values[4][4]).item<double>(), 1e-18);
}

TEST(MaskMap, AMapStaysWhereItIsWhenTheWindowMoves) {
  const Grid grid = Grid::centred(8, 9, 1e-6, 1e-6);
  const at::Tensor values = random_real({8, 9}, 1) * 1e-6;
  const MaskMap map(context_at("optics.mask"), "height", kMicrometre, {values, grid});
  Grid moved = grid;
  moved.origin_x -= 3.0;  // The window lies 3 samples to the right.
  const at::Tensor got = map.on(moved, at::kCPU);
  EXPECT_LE(relative_error(got.slice(1, 0, 6), values.slice(1, 3, 9)), 1e-12);
  EXPECT_EQ(got.slice(1, 6, 9).abs().max().item<double>(), 0.0);
  Grid half = grid;
  half.origin_y -= 0.5;  // The middle of an even number of samples lies between two.
  EXPECT_TRUE(map.on(half, at::kCPU).equal(map.on(grid, at::kCPU)));
}

TEST(MaskMap, WithoutPitchTheSizeMustBeThatOfTheField) {
  const MaskMap map(context_at("optics.mask"), "height", kMicrometre,
                    {random_real({8, 9}, 1), std::nullopt});
  EXPECT_NO_THROW((void)map.on(Grid::centred(8, 9, 2e-6, 3e-6), at::kCPU));
  try {
    (void)map.on(Grid::centred(9, 9, 2e-6, 3e-6), at::kCPU);
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(
        error.what(),
        "optics.mask: the map has 8 x 9 samples and no pitch, the field has 9 x 9; give the "
        "pitch of the file or a map of the size of the field");
  }
}

TEST(MaskMap, AFormulaIsALeafOnlyOnAKnownGrid) {
  const auto formula = [](const Grid& grid) { return radius_squared_m2(grid); };
  const Grid grid = Grid::centred(8, 9, 1e-3, 2e-3);
  ParameterTree tree;
  BuildContext context = context_at("optics.mask");
  context.parameters = &tree;
  const MaskMap anywhere(context, "height", kMicrometre, formula);
  EXPECT_TRUE(tree.all().empty());
  context.sensor = grid;
  const MaskMap placed(context, "height", kMicrometre, formula);
  EXPECT_EQ(tree.at("optics.mask.height").leaf.sizes(), at::IntArrayRef({8, 9}));
  EXPECT_LE(relative_error(placed.on(grid, at::kCPU), anywhere.on(grid, at::kCPU)), 1e-15);
}

}  // namespace
}  // namespace parfocal::optics
