// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/ffdnet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "tests/learned/networks/direct_sums.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::learned {
namespace {

using test::build_network;
using test::direct_layer;

TEST(FfdNet, HasThePublishedNumberOfWeights) {
  FfdNet::Params params;
  EXPECT_EQ(test::count_weights<FfdNet>(params), 485'316);
  params.channels = 3;
  params.depth = 12;
  params.width = 96;
  EXPECT_EQ(test::count_weights<FfdNet>(params), 852'108);
}

/// Pixels (i, j) of every 2 x 2 block.
at::Tensor phase(const at::Tensor& x, std::int64_t i, std::int64_t j) {
  return x.slice(2, i, x.size(2), 2).slice(3, j, x.size(3), 2);
}

/// The network by direct sums; even sides.
at::Tensor direct(const test::BuiltNetwork& built, const at::Tensor& x, std::int64_t channels) {
  std::vector<at::Tensor> inputs;
  for (std::int64_t c = 0; c <= channels; ++c) {
    const at::Tensor one = x.narrow(1, c, 1);
    const std::vector<at::Tensor> four{phase(one, 0, 0), phase(one, 0, 1), phase(one, 1, 0),
                                       phase(one, 1, 1)};
    inputs.push_back(c < channels ? at::cat(four, 1) : (four[0] + four[1] + four[2] + four[3]) / 4);
  }
  const at::Tensor hidden = at::relu(direct_layer(built, "model.0", at::cat(inputs, 1)));
  const at::Tensor found = direct_layer(built, "model.2", hidden);
  const at::Tensor y = at::zeros({x.size(0), channels, x.size(2), x.size(3)}, at::kDouble);
  for (std::int64_t c = 0; c < 4 * channels; ++c) {
    phase(y.narrow(1, c / 4, 1), c % 4 / 2, c % 2).copy_(found.narrow(1, c, 1));
  }
  return y;
}

test::BuiltNetwork small() {
  FfdNet::Params params;
  params.channels = 2;
  params.depth = 2;
  params.width = 5;
  const auto built = build_network<FfdNet>(params);
  draw_biases(built);
  return built;
}

TEST(FfdNet, WorksOnTheFourPixelsOfEachBlock) {
  const auto built = small();
  const at::Tensor x = test::random_normal({2, 3, 8, 10}, at::kDouble, 1);
  EXPECT_TRUE(test::close_relative(built.network->forward(x), direct(built, x, 2), 1e-12));
}

TEST(FfdNet, RepeatsTheBorderOfOddSides) {
  const auto built = small();
  const at::Tensor even = test::random_normal({2, 3, 8, 10}, at::kDouble, 1);
  even.select(2, 7).copy_(even.select(2, 6));
  even.select(3, 9).copy_(even.select(3, 8));
  const at::Tensor odd = even.narrow(2, 0, 7).narrow(3, 0, 9);
  EXPECT_TRUE(test::identical(built.network->forward(odd),
                              built.network->forward(even).narrow(2, 0, 7).narrow(3, 0, 9)));
}

}  // namespace
}  // namespace parfocal::learned
