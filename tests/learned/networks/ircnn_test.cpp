// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/ircnn.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/relu.h>
#include <gtest/gtest.h>

#include "tests/learned/networks/direct_sums.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::learned {
namespace {

using test::build_network;

TEST(IrCnn, HasThePublishedNumberOfWeights) {
  IrCnn::Params params;
  EXPECT_EQ(test::count_weights<IrCnn>(params), 185'857);
  params.channels = 3;
  EXPECT_EQ(test::count_weights<IrCnn>(params), 188'163);
}

TEST(IrCnn, SubtractsWhatItsDilatedChainFinds) {
  IrCnn::Params params;
  params.width = 3;
  const auto built = build_network<IrCnn>(params);
  draw_biases(built);
  const at::Tensor x = test::random_normal({2, 1, 15, 11}, at::kDouble, 1);
  at::Tensor y = x;
  const std::int64_t dilations[] = {1, 2, 3, 4, 3, 2, 1};
  for (int i = 0; i < 7; ++i) {
    y = test::direct_layer(built, "model." + std::to_string(2 * i), i == 0 ? y : at::relu(y),
                           {1, dilations[i]});
  }
  EXPECT_TRUE(test::close_relative(built.network->forward(x), x - y, 1e-12));
}

TEST(IrCnn, SeesSixteenPixelsFar) {
  IrCnn::Params params;
  params.width = 8;
  const auto built = build_network<IrCnn>(params);
  const at::Tensor x = test::random_normal({1, 1, 40, 3}, at::kDouble, 1);
  at::Tensor moved = x.clone();
  moved[0][0][0][1] += 1.0;
  const at::Tensor change = (built.network->forward(moved) - built.network->forward(x)).abs();
  const at::Tensor rows = change.amax(at::IntArrayRef{0, 1, 3});
  EXPECT_GT(rows[16].item<double>(), 0.0);
  EXPECT_EQ(rows.narrow(0, 17, 23).max().item<double>(), 0.0);
}

}  // namespace
}  // namespace parfocal::learned
