// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/min_feature.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "core/error.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(24, 30, 1e-6, 1e-6);

MinFeature tool_of(double size_um) { return {{Length::from_m(size_um * 1e-6)}, {}}; }

TEST(MinFeature, ToolIsADiscOnTheGrid) {
  EXPECT_EQ(tool_of(1.0).tool(kGrid).size(), 1U);
  EXPECT_EQ(tool_of(2.0).tool(kGrid).size(), 4U);
  EXPECT_EQ(tool_of(3.0).tool(kGrid).size(), 9U);
  EXPECT_EQ(tool_of(5.0).tool(kGrid).size(), 21U);
  EXPECT_EQ(tool_of(3.0).tool(Grid::centred(24, 30, 1.5e-6, 1e-6)).size(), 6U);
}

TEST(MinFeature, RemovesNarrowRidgesAndGroovesAndKeepsWideOnes) {
  at::Tensor h = at::zeros({24, 30}, at::kDouble);
  h.narrow(1, 4, 3).fill_(1e-6);   // a ridge of three pixels
  h.narrow(1, 12, 2).fill_(1e-6);  // and one of two
  at::Tensor expected = at::zeros({24, 30}, at::kDouble);
  expected.narrow(1, 4, 3).fill_(1e-6);
  EXPECT_TRUE(tool_of(3.0).project(h, kGrid).equal(expected));
  const at::Tensor groove = 1e-6 - h;
  EXPECT_TRUE(tool_of(3.0).project(groove, kGrid).equal(1e-6 - expected));
  EXPECT_NEAR(tool_of(3.0).penalty(h, kGrid).item<double>(), 2.0 / 30.0, 1e-12);
}

/// What a disc that moves inside the set covers, by brute force over all places of the disc.
at::Tensor opened_by_hand(const at::Tensor& set, const MinFeature& feature) {
  const auto in = [](std::int64_t i, std::int64_t j) {
    return i >= 0 && j >= 0 && i < 24 && j < 30;
  };
  at::Tensor out = at::zeros({24, 30}, at::kDouble);
  for (std::int64_t i = -8; i < 32; ++i) {
    for (std::int64_t j = -8; j < 38; ++j) {
      bool fits = in(i, j);
      for (const auto& [dy, dx] : feature.tool(kGrid)) {
        if (in(i + dy, j + dx)) fits = fits && set[i + dy][j + dx].item<double>() > 0;
      }
      if (!fits) continue;
      for (const auto& [dy, dx] : feature.tool(kGrid)) {
        if (in(i + dy, j + dx)) out[i + dy][j + dx].fill_(1.0);
      }
    }
  }
  return out;
}

TEST(MinFeature, OpensAndClosesLikeADiscThatIsRolledInside) {
  const MinFeature feature = tool_of(2.0);
  const at::Tensor set = (random_real({24, 30}, 5) < 1.0).to(at::kDouble);
  const at::Tensor opened = opened_by_hand(set, feature);
  EXPECT_GT(opened.sum().item<double>(), 50.0);
  EXPECT_GT((set - opened).sum().item<double>(), 50.0);
  // Closing is the opening of the complement by the reflected tool.
  const at::Tensor reflected = opened_by_hand((1.0 - opened).flip({0, 1}), feature).flip({0, 1});
  EXPECT_TRUE(feature.project(set, kGrid).equal(1.0 - reflected));
}

TEST(MinFeature, RefusesAToolThatIsMuchWiderThanAPixel) {
  try {
    (void)tool_of(100.0).tool(kGrid);
    FAIL() << "no refusal";
  } catch (const SamplingError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("size = 100 um: 100 x 100 pixels"));
  }
}

}  // namespace
}  // namespace parfocal::optics
