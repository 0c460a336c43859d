// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/unet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/relu.h>
#include <gtest/gtest.h>

#include "tests/learned/networks/direct_sums.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::learned {
namespace {

using test::build_network;
using test::direct_layer;

TEST(UNet, HasThePublishedNumberOfWeights) {
  const auto count = [](std::int64_t base, std::int64_t depth, std::int64_t channels_out) {
    UNet::Params params;
    params.base = base;
    params.depth = depth;
    params.channels_out = channels_out;
    return test::count_weights<UNet>(params);
  };
  EXPECT_EQ(count(32, 3, 1), 1'925'025);
  EXPECT_EQ(count(16, 3, 1), 481'745);
  EXPECT_EQ(count(64, 4, 2), 31'030'658);
}

at::Tensor block(const test::BuiltNetwork& built, const std::string& name, const at::Tensor& x,
                 Padding padding) {
  const test::DirectConvolution how{1, 1, padding};
  const at::Tensor hidden = at::relu(direct_layer(built, name + ".0", x, how));
  return at::relu(direct_layer(built, name + ".1", hidden, how));
}

TEST(UNet, EqualsItsEquationByDirectSums) {
  for (const Padding padding : {Padding::kZeros, Padding::kCircular}) {
    UNet::Params params;
    params.channels_in = 2;
    params.base = 3;
    params.depth = 2;
    params.padding = padding;
    const auto built = build_network<UNet>(params);
    draw_biases(built);
    const at::Tensor x = test::random_normal({2, 2, 8, 12}, at::kDouble, 1);
    const at::Tensor e0 = block(built, "encoder.0", x, padding);
    const at::Tensor e1 = block(built, "encoder.1", test::direct_max_pool(e0), padding);
    const at::Tensor e2 = block(built, "encoder.2", test::direct_max_pool(e1), padding);
    const at::Tensor d1 =
        block(built, "decoder.1", at::cat({e1, direct_up(built, "up.1", e2)}, 1), padding);
    const at::Tensor d0 =
        block(built, "decoder.0", at::cat({e0, direct_up(built, "up.0", d1)}, 1), padding);
    EXPECT_TRUE(
        test::close_relative(built.network->forward(x), direct_layer(built, "out", d0), 1e-12));
  }
}

TEST(UNet, ResidualStartsAsTheIdentityAndAddsTheSameEquation) {
  UNet::Params params;
  params.channels_in = 2;
  params.base = 3;
  params.depth = 2;
  const auto plain = build_network<UNet>(params);
  params.residual = true;
  const auto residual = build_network<UNet>(params);
  const at::Tensor x = test::random_normal({2, 2, 8, 12}, at::kDouble, 1);
  EXPECT_TRUE(test::identical(residual.network->forward(x), x.narrow(1, 0, 1)));
  for (const char* name : {"out.weight", "out.bias"}) {
    residual.leaf(name).copy_(plain.leaf(name));
  }
  EXPECT_TRUE(test::close_relative(residual.network->forward(x),
                                   x.narrow(1, 0, 1) + plain.network->forward(x), 1e-14));
  params.channels_out = 3;
  EXPECT_THROW(build_network<UNet>(params), UsageError);
}

TEST(UNet, RepeatsTheBorderOfSidesThatDoNotDivide) {
  UNet::Params params;
  params.base = 3;
  params.depth = 2;
  const auto built = build_network<UNet>(params);
  const at::Tensor x = test::random_normal({1, 1, 7, 10}, at::kDouble, 1);
  const at::Tensor wide = pad_to_multiple(x, 4);
  EXPECT_EQ(wide.sizes().slice(2), at::IntArrayRef({8, 12}));
  EXPECT_TRUE(
      test::identical(built.network->forward(x), crop_like(built.network->forward(wide), x)));
}

}  // namespace
}  // namespace parfocal::learned
