// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/levels.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "core/check.h"

namespace parfocal::optics {
namespace {

Levels::Params four(bool periodic) {
  return {.number = 4, .step = Length::from_m(0.25e-6), .periodic = periodic, .offset = {}};
}

std::vector<double> quantized(const Levels& levels, const std::vector<double>& um) {
  const auto n = static_cast<std::int64_t>(um.size());
  const at::Tensor h = at::tensor(um, at::kDouble).reshape({1, n}) * 1e-6;
  const at::Tensor q = levels.quantize(h, Grid::centred(1, n, 1e-6, 1e-6)) * 1e6;
  std::vector<double> values(um.size());
  for (std::size_t k = 0; k < um.size(); ++k)
    values[k] = q[0][static_cast<std::int64_t>(k)].item<double>();
  return values;
}

void expect_values(const std::vector<double>& got, const std::vector<double>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], expected[k], 1e-12) << k;
}

TEST(Levels, TakesTheNearestAndFoldsTheTopHalfLevel) {
  const std::vector<double> um{-0.2, 0.0, 0.12, 0.13, 0.6, 0.87, 0.88, 1.0, 1.3};
  expect_values(quantized(Levels(four(true), {}), um), {0.75, 0, 0, 0.25, 0.5, 0.75, 0, 0, 0.25});
  expect_values(quantized(Levels(four(false), {}), um),
                {0, 0, 0, 0.25, 0.5, 0.75, 0.75, 0.75, 0.75});
}

// G. J. Swanson (1989): the first order of a blazed grating of L levels holds sinc^2(1 / L).
TEST(Levels, GiveTheEfficiencyOfBinaryOptics) {
  for (const int number : {2, 4, 8, 16}) {
    const double period = 1e-6;
    const Levels levels({number, Length::from_m(period / number), true, {}}, {});
    constexpr std::int64_t kSamples = 4096;
    const at::Tensor blaze =
        (at::linspace(0.5, kSamples - 0.5, kSamples, at::kDouble) / kSamples * period).unsqueeze(0);
    const at::Tensor q = levels.quantize(blaze, Grid::centred(1, kSamples, 1e-6, 1e-6));
    const at::Tensor left = (q - blaze) / period * 2.0 * std::numbers::pi;
    const std::complex<double> order(left.cos().mean().item<double>(),
                                     left.sin().mean().item<double>());
    const double x = std::numbers::pi / number;
    EXPECT_NEAR(std::norm(order), std::pow(std::sin(x) / x, 2), 1e-6) << number;
  }
}

TEST(Levels, OffsetsMoveTheLevelsByHalfSteps) {
  Levels::Params params = four(false);
  params.offset = {0.0, 0.4, -1.0, 1.0};
  ParameterTree tree;
  BuildContext context;
  context.path = "levels";
  context.parameters = &tree;
  const Levels levels(params, context);
  EXPECT_EQ(tree.at("levels.offset").bounds.upper, 1.0);
  expect_values(quantized(levels, {0.1, 0.3, 0.36, 0.9}), {0.0, 0.3, 0.375, 0.875});
  const at::Tensor leaf = tree.at("levels.offset").leaf.requires_grad_(true);
  const at::Tensor h = at::tensor({0.31e-6, 0.29e-6, 0.88e-6}, at::kDouble).reshape({1, 3});
  const at::Tensor sum = levels.quantize(h, Grid::centred(1, 3, 1e-6, 1e-6)).sum();
  const at::Tensor gradient = torch::autograd::grad({sum}, {leaf})[0] / 0.125e-6;
  EXPECT_NEAR(gradient[1].item<double>(), 2.0, 1e-12);
  EXPECT_NEAR(gradient[3].item<double>(), 1.0, 1e-12);
  EXPECT_EQ(gradient[0].item<double>(), 0.0);
}

TEST(Levels, SoftTendsToTheNearest) {
  const Levels levels(four(false), {});
  const Grid grid = Grid::centred(1, 3, 1e-6, 1e-6);
  const at::Tensor h = at::tensor({0.02e-6, 0.3e-6, 0.7e-6}, at::kDouble).reshape({1, 3});
  const at::Tensor hard = levels.quantize(h, grid);
  EXPECT_LE((levels.soft(h, grid, 1e-3) - hard).abs().max().item<double>(), 1e-15);
  // At one half between two levels of a wide ladder the two weigh the same.
  const at::Tensor half = at::tensor({0.375e-6, 0.375e-6, 0.375e-6}, at::kDouble).reshape({1, 3});
  EXPECT_NEAR(levels.soft(half, grid, 0.3)[0][0].item<double>(), 0.375e-6, 1e-15);
}

TEST(Levels, AnnealWeightIsCubic) {
  EXPECT_EQ(anneal_weight(4, 5, 40), 0.0);
  EXPECT_EQ(anneal_weight(5, 5, 40), 0.0);
  EXPECT_NEAR(anneal_weight(22.5, 5, 40), 0.875, 1e-15);
  EXPECT_EQ(anneal_weight(40, 5, 40), 1.0);
  EXPECT_EQ(anneal_weight(50, 5, 40), 1.0);
  EXPECT_THROW((void)anneal_weight(1, 5, 5), LogicError);
  const at::Tensor h = at::zeros({1}, at::kDouble), q = h + 4.0;
  EXPECT_EQ(annealed(h, q, 0.25).item<double>(), 1.0);
}

}  // namespace
}  // namespace parfocal::optics
