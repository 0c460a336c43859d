// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/height_range.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>

#include <cmath>

#include "core/error.h"

namespace parfocal::optics {
namespace {

using testing::HasSubstr;

const Grid kGrid = Grid::centred(2, 3, 1e-6, 2e-6);

HeightRange resist() { return {{Length::from_m(0.5e-6), Length::from_m(1.5e-6)}, {}}; }

at::Tensor heights(const std::vector<double>& um) {
  return at::tensor(um, at::kDouble).reshape({2, 3}) * 1e-6;
}

template <class Family>
std::string refusal(const at::Tensor& height) {
  try {
    (void)resist().project(height, kGrid);
  } catch (const Family& error) {
    return error.what();
  }
  return "no refusal";
}

TEST(HeightRange, ClipsAndPunishesTheExcess) {
  const at::Tensor h = heights({0.0, 0.5, 1.0, 1.5, 2.5, 0.7});
  const at::Tensor expected = heights({0.5, 0.5, 1.0, 1.5, 1.5, 0.7});
  EXPECT_LE((resist().project(h, kGrid) - expected).abs().max().item<double>(), 1e-21);
  // ((0.5 / 1)^2 + (1 / 1)^2) / 6
  EXPECT_NEAR(resist().penalty(h, kGrid).item<double>(), 1.25 / 6.0, 1e-12);
}

TEST(HeightRange, NamesTheSizesAndThePixelOfBadMaps) {
  EXPECT_THAT(refusal<UsageError>(heights({1, 1, 1, 1, 1, 1}).reshape({3, 2})),
              HasSubstr("height_range: height map of 3 x 2 on a grid of 2 x 3"));
  EXPECT_THAT(refusal<UsageError>(heights({1, 1, 1, 1, 1, 1}).reshape({1, 2, 3})),
              HasSubstr("height map of 1 x 2 x 3"));
  EXPECT_THAT(refusal<NumericError>(heights({1, 1, 1, 1, std::nan(""), 1})),
              HasSubstr("height[1, 1] = nan is not finite"));
}

}  // namespace
}  // namespace parfocal::optics
