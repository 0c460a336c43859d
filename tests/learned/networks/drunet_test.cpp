// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/drunet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/relu.h>
#include <gtest/gtest.h>

#include "tests/learned/networks/direct_sums.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::learned {
namespace {

using test::build_network;
using test::direct_layer;
using test::direct_up;

TEST(DrUNet, HasThePublishedNumberOfWeights) {
  const auto count = [](std::int64_t channels, bool bias) {
    DrUNet::Params params;
    params.channels = channels;
    params.bias = bias;
    return test::count_weights<DrUNet>(params);
  };
  EXPECT_EQ(count(1, false), 32'638'656);
  EXPECT_EQ(count(3, false), 32'640'960);
  EXPECT_EQ(count(1, true), 32'651'329);
  EXPECT_EQ(count(3, true), 32'653'635);
}

DrUNet::Params small() {
  DrUNet::Params params;
  params.widths = {2, 3, 2, 4};
  params.blocks = 2;
  return params;
}

/// Two residual blocks, the first of number `first`.
at::Tensor stage(const test::BuiltNetwork& built, const std::string& name, int first,
                 at::Tensor v) {
  for (int i = first; i < first + 2; ++i) {
    const std::string block = name + "." + std::to_string(i) + ".res.";
    v = v + direct_layer(built, block + "2", at::relu(direct_layer(built, block + "0", v)));
  }
  return v;
}

TEST(DrUNet, EqualsItsEquationByDirectSums) {
  for (const bool bias : {false, true}) {
    DrUNet::Params params = small();
    params.bias = bias;
    const auto built = build_network<DrUNet>(params);
    draw_biases(built);
    const at::Tensor x = test::random_normal({2, 2, 8, 16}, at::kDouble, 1);
    const test::DirectConvolution half{2, 1};
    const at::Tensor x1 = direct_layer(built, "m_head", x);
    const at::Tensor x2 = direct_layer(built, "m_down1.2", stage(built, "m_down1", 0, x1), half);
    const at::Tensor x3 = direct_layer(built, "m_down2.2", stage(built, "m_down2", 0, x2), half);
    const at::Tensor x4 = direct_layer(built, "m_down3.2", stage(built, "m_down3", 0, x3), half);
    const at::Tensor z4 = stage(built, "m_body", 0, x4);
    const at::Tensor z3 = stage(built, "m_up3", 1, direct_up(built, "m_up3.0", z4 + x4));
    const at::Tensor z2 = stage(built, "m_up2", 1, direct_up(built, "m_up2.0", z3 + x3));
    const at::Tensor z1 = stage(built, "m_up1", 1, direct_up(built, "m_up1.0", z2 + x2));
    const at::Tensor expected = direct_layer(built, "m_tail", z1 + x1);
    EXPECT_TRUE(test::close_relative(built.network->forward(x), expected, 1e-12));
  }
}

TEST(DrUNet, WithoutBiasesScalesWithItsInput) {
  const auto built = build_network<DrUNet>(small());
  const at::Tensor x = test::random_normal({1, 2, 8, 16}, at::kDouble, 1);
  EXPECT_TRUE(test::close_relative(built.network->forward(x * 3.7), built.network->forward(x) * 3.7,
                                   1e-13));
}

TEST(DrUNet, RepeatsTheBorderOfSidesThatDoNotDivide) {
  const auto built = build_network<DrUNet>(small());
  const at::Tensor x = test::random_normal({1, 2, 15, 22}, at::kDouble, 1);
  const at::Tensor wide = pad_to_multiple(x, 8);
  EXPECT_TRUE(
      test::identical(built.network->forward(x), crop_like(built.network->forward(wide), x)));
}

}  // namespace
}  // namespace parfocal::learned
