// SPDX-License-Identifier: Apache-2.0
// Errors without a shape: height_noise, etch_depth.
#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <cmath>

#include "optics/fabrication/etch_depth.h"
#include "optics/fabrication/height_noise.h"

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(200, 301, 1e-6, 1e-6);

at::Tensor flat() { return at::full({200, 301}, 1e-6, at::kDouble); }

at::Tensor noise(HeightNoise::Distribution distribution) {
  const HeightNoise constraint({Length::from_m(20e-9), distribution}, {});
  RandomStream random(3, "noise");
  return (constraint.perturb(flat(), kGrid, random) - flat()) / 20e-9;
}

TEST(HeightNoise, UniformFillsItsWidthEvenly) {
  const at::Tensor e = noise(HeightNoise::Distribution::kUniform);
  EXPECT_LE(e.abs().max().item<double>(), 1.0);
  EXPECT_GE(e.max().item<double>(), 0.999);
  EXPECT_LE(e.min().item<double>(), -0.999);
  // Five standard errors of 60200 samples: variance 1/3, fourth moment 1/5.
  EXPECT_NEAR(e.mean().item<double>(), 0.0, 5 * std::sqrt(1.0 / 3.0 / 60200));
  EXPECT_NEAR(e.square().mean().item<double>(), 1.0 / 3.0, 5 * std::sqrt((0.2 - 1.0 / 9) / 60200));
}

TEST(HeightNoise, NormalHasTheFractionsOfTheErrorFunction) {
  const at::Tensor e = noise(HeightNoise::Distribution::kNormal);
  for (const double k : {1.0, 2.0, 3.0}) {
    const double inside = (e.abs() < k).to(at::kDouble).mean().item<double>();
    const double expected = std::erf(k / std::sqrt(2.0));
    EXPECT_NEAR(inside, expected, 5 * std::sqrt(expected * (1 - expected) / 60200)) << k;
  }
}

TEST(HeightNoise, NeighborsAreIndependent) {
  const at::Tensor e = noise(HeightNoise::Distribution::kNormal);
  const at::Tensor along_x = e.narrow(1, 0, 300) * e.narrow(1, 1, 300);
  EXPECT_NEAR(along_x.mean().item<double>(), 0.0, 5.0 / std::sqrt(60000.0));
}

TEST(EtchDepth, ScalesTheWholeMapByOneNumber) {
  const EtchDepth constraint({0.02}, {});
  RandomStream random(4, "etch");
  double sum = 0.0, squares = 0.0;
  constexpr int kDraws = 4000;
  const Grid small = Grid::centred(1, 2, 1e-6, 1e-6);
  const at::Tensor h = at::full({1, 2}, 1e-6, at::kDouble);
  for (int k = 0; k < kDraws; ++k) {
    const at::Tensor scale = constraint.perturb(h, small, random) / 1e-6;
    EXPECT_EQ(scale[0][0].item<double>(), scale[0][1].item<double>());
    const double e = (scale[0][0].item<double>() - 1.0) / 0.02;
    sum += e;
    squares += e * e;
  }
  EXPECT_NEAR(sum / kDraws, 0.0, 5 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws, 1.0, 5 * std::sqrt(2.0 / kDraws));
}

}  // namespace
}  // namespace parfocal::optics
