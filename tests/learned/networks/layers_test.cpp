// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/layers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/check.h"
#include "tests/learned/networks/direct_sums.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"
#include "tests/support/test_grid.h"

namespace parfocal::learned {
namespace {

using test::direct_convolution;
using test::identical;
using test::random_normal;

/// Two summations of at most a few hundred products of numbers of order 1.
constexpr double kRounding = 1e-13;

struct Bench {
  ParameterTree parameters;
  BuildContext context;
  Weights weights;

  explicit Bench(at::ScalarType dtype = at::kDouble, std::uint64_t seed = 5)
      : context(make(dtype, seed)), weights(context, std::nullopt) {}

  BuildContext make(at::ScalarType dtype, std::uint64_t seed) {
    BuildContext made;
    made.path = "net";
    made.dtype = dtype;
    made.seed = seed;
    made.parameters = &parameters;
    return made;
  }
  at::Tensor leaf(const std::string& name) const { return parameters.at("net." + name).leaf; }
};

at::Tensor images(std::int64_t channels) {
  return random_normal({test::kBatch, channels, test::kNy, test::kNx}, at::kDouble, 1);
}

TEST(Convolution, EqualsTheDirectSumForEveryPaddingAndDilation) {
  for (const Padding padding : {Padding::kZeros, Padding::kCircular, Padding::kReplicate}) {
    for (const std::int64_t dilation : {1, 3}) {
      Bench bench;
      ConvolutionShape shape;
      shape.in = 3;
      shape.out = 2;
      shape.dilation = dilation;
      shape.padding = padding;
      const Convolution convolution(bench.weights, "c", shape);
      bench.leaf("c.bias").copy_(at::tensor({0.7, -0.2}, at::kDouble));
      const at::Tensor expected = direct_convolution(images(3), bench.leaf("c.weight"),
                                                     bench.leaf("c.bias"), {1, dilation, padding});
      EXPECT_TRUE(test::close_relative(convolution.forward(images(3)), expected, kRounding));
    }
  }
}

TEST(Convolution, OfTwoByTwoPixelsHalvesTheSides) {
  Bench bench;
  ConvolutionShape shape{2, 4, 2, 2};
  shape.bias = false;
  const Convolution convolution(bench.weights, "c", shape);
  EXPECT_FALSE(bench.parameters.contains("net.c.bias"));
  const at::Tensor x = random_normal({2, 2, 6, 8}, at::kDouble, 2);
  const at::Tensor expected = direct_convolution(x, bench.leaf("c.weight"), {}, {2, 1});
  EXPECT_TRUE(test::close_relative(convolution.forward(x), expected, kRounding));
}

TEST(Convolution, OfOnePixelMixesChannels) {
  Bench bench;
  const Convolution convolution(bench.weights, "c", {3, 2, 1});
  EXPECT_TRUE(test::close_relative(
      convolution.forward(images(3)),
      direct_convolution(images(3), bench.leaf("c.weight"), bench.leaf("c.bias")), kRounding));
}

TEST(TransposedConvolution, EqualsTheDirectSum) {
  Bench bench;
  const TransposedConvolution up(bench.weights, "u", 3, 2, true);
  bench.leaf("u.bias").copy_(at::tensor({0.7, -0.2}, at::kDouble));
  const at::Tensor x = random_normal({2, 3, 4, 5}, at::kDouble, 2);
  EXPECT_TRUE(test::close_relative(
      up.forward(x), test::direct_transposed(x, bench.leaf("u.weight"), bench.leaf("u.bias")),
      kRounding));
}

TEST(ConvolutionChain, HasAReluBetweenItsLayersAndNoneBehind) {
  Bench bench;
  ConvolutionShape first, last;
  first.out = last.in = 4;
  const ConvolutionChain chain(bench.weights, {first, last});
  bench.leaf("model.2.bias").fill_(-0.3);
  const at::Tensor hidden = direct_convolution(images(1), bench.leaf("model.0.weight"), {});
  const at::Tensor expected = direct_convolution(at::relu(hidden), bench.leaf("model.2.weight"),
                                                 bench.leaf("model.2.bias"));
  EXPECT_LT(expected.min().item<double>(), 0.0);
  EXPECT_TRUE(test::close_relative(chain.forward(images(1)), expected, kRounding));
}

TEST(Layers, PadByNothingTheOppositeSideOrTheBorder) {
  const at::Tensor x = at::arange(1, 5, at::kDouble).reshape({1, 1, 2, 2});
  const auto row = [&](Padding padding) { return pad(x, {1, 0, 2, 1}, padding).flatten(0, 2)[0]; };
  EXPECT_TRUE(identical(row(Padding::kZeros), at::tensor({0., 0., 0., 0., 0.}, at::kDouble)));
  EXPECT_TRUE(identical(row(Padding::kCircular), at::tensor({3., 4., 3., 4., 3.}, at::kDouble)));
  EXPECT_TRUE(identical(row(Padding::kReplicate), at::tensor({1., 1., 1., 2., 2.}, at::kDouble)));
  EXPECT_THROW((void)pad(x, {3, 0, 0, 0}, Padding::kCircular), LogicError);
  EXPECT_EQ(pad(x, {3, 0, 0, 5}, Padding::kReplicate).sizes(), at::IntArrayRef({1, 1, 5, 7}));
}

TEST(Layers, PadToAMultipleAtTheEndAndCropBack) {
  const at::Tensor x = images(1);  // 15 x 22
  const at::Tensor wide = pad_to_multiple(x, 8);
  EXPECT_EQ(wide.sizes().slice(2), at::IntArrayRef({16, 24}));
  EXPECT_TRUE(identical(crop_like(wide, x), x));
  EXPECT_TRUE(identical(wide.select(2, 15), wide.select(2, 14)));
  EXPECT_TRUE(identical(wide.select(3, 23), wide.select(3, 21)));
  EXPECT_TRUE(identical(pad_to_multiple(wide, 8), wide));
}

TEST(Layers, PoolTheLargestOfFour) {
  const at::Tensor x = random_normal({2, 3, 4, 6}, at::kDouble, 4);
  EXPECT_TRUE(identical(max_pool_2x2(x), test::direct_max_pool(x)));
  EXPECT_THROW((void)max_pool_2x2(x.narrow(2, 0, 3)), LogicError);
}

/// The standard error of a deviation estimated from n numbers is 1 / sqrt(2 n); four of them.
void expect_deviation(const at::Tensor& values, double expected) {
  const double tolerance = 4.0 / std::sqrt(2.0 * static_cast<double>(values.numel()));
  EXPECT_NEAR(values.std().item<double>() / expected, 1.0, tolerance);
  EXPECT_NEAR(values.mean().item<double>() / expected, 0.0, std::sqrt(2.0) * tolerance);
}

TEST(Layers, StartWithTheDeviationOfHe) {
  Bench bench;
  ConvolutionShape shape;
  shape.in = 32;
  shape.out = 40;
  const Convolution rectified(bench.weights, "r", shape);
  shape.rectified = false;
  const Convolution linear(bench.weights, "l", shape);
  const TransposedConvolution up(bench.weights, "u", 32, 40, true);
  expect_deviation(bench.leaf("r.weight"), std::sqrt(2.0 / (32 * 9)));
  expect_deviation(bench.leaf("l.weight"), std::sqrt(1.0 / (32 * 9)));
  expect_deviation(bench.leaf("u.weight"), std::sqrt(1.0 / 32));
  EXPECT_EQ(bench.leaf("r.bias").abs().max().item<double>(), 0.0);
}

TEST(Layers, StartWithNumbersOfTheSeedAndThePathAlone) {
  const auto drawn = [](at::ScalarType dtype, std::uint64_t seed, const std::string& name) {
    Bench bench(dtype, seed);
    return Convolution(bench.weights, name, {2, 3}).weight();
  };
  const at::Tensor weight = drawn(at::kDouble, 5, "a");
  EXPECT_TRUE(identical(drawn(at::kDouble, 5, "a"), weight));
  EXPECT_TRUE(identical(drawn(at::kFloat, 5, "a"), weight.to(at::kFloat)));
  EXPECT_FALSE(identical(drawn(at::kDouble, 6, "a"), weight));
  EXPECT_FALSE(identical(drawn(at::kDouble, 5, "b"), weight));
}

}  // namespace
}  // namespace parfocal::learned
