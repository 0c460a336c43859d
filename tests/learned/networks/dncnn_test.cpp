// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/dncnn.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/roll.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "tests/learned/networks/direct_sums.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::learned {
namespace {

using test::build_network;
using test::direct_layer;

constexpr double kRounding = 1e-12;  // float64 through three layers

DnCnn::Params small() {
  DnCnn::Params params;
  params.depth = 3;
  params.width = 5;
  return params;
}

/// What the chain gives, by direct sums.
at::Tensor direct_chain(const test::BuiltNetwork& built, const at::Tensor& x, Padding padding) {
  const test::DirectConvolution how{1, 1, padding};
  const at::Tensor first = at::relu(direct_layer(built, "model.0", x, how));
  const at::Tensor second = at::relu(direct_layer(built, "model.2", first, how));
  return direct_layer(built, "model.4", second, how);
}

TEST(DnCnn, HasThePublishedNumberOfWeights) {
  const auto count = [](std::int64_t depth, std::int64_t channels, BiasedLayers bias) {
    DnCnn::Params params;
    params.depth = depth;
    params.channels = channels;
    params.bias = bias;
    return test::count_weights<DnCnn>(params);
  };
  EXPECT_EQ(count(17, 1, BiasedLayers::kAll), 555'137);
  EXPECT_EQ(count(20, 1, BiasedLayers::kAll), 665'921);
  EXPECT_EQ(count(20, 3, BiasedLayers::kAll), 668'227);
  EXPECT_EQ(count(6, 1, BiasedLayers::kAll), 148'929);
  // The original form has no bias, and scale and shift in 15 normalizations.
  EXPECT_EQ(count(17, 1, BiasedLayers::kNone) + 15 * 2 * 64, 556'032);
  EXPECT_EQ(count(17, 1, BiasedLayers::kHidden) + 15 * 64, 556'032);
}

TEST(DnCnn, ToldTheNoiseHasThePublishedNumberOfWeights) {
  DnCnn::Params params;
  params.depth = 20;
  params.noise_level = true;
  params.residual = DnCnn::Residual::kNone;
  const auto built = build_network<DnCnn>(params, at::kFloat);
  EXPECT_EQ(built.count(), 666'497);
  EXPECT_EQ(built.network->channels_in(), 2);
  EXPECT_EQ(built.network->channels_out(), 1);
}

TEST(DnCnn, SubtractsWhatItsChainFinds) {
  for (const Padding padding : {Padding::kZeros, Padding::kCircular, Padding::kReplicate}) {
    DnCnn::Params params = small();
    params.padding = padding;
    const auto built = build_network<DnCnn>(params);
    draw_biases(built);
    const at::Tensor x = test::random_normal({2, 1, 7, 10}, at::kDouble, 1);
    const at::Tensor found = direct_chain(built, x, padding);
    EXPECT_TRUE(test::close_relative(built.network->forward(x), x - found, kRounding));
    params.residual = DnCnn::Residual::kNone;
    const auto direct = build_network<DnCnn>(params);
    draw_biases(direct);
    EXPECT_TRUE(test::close_relative(direct.network->forward(x), found, kRounding));
  }
}

TEST(DnCnn, SubtractsFromTheImageAndNotFromTheNoiseLevel) {
  DnCnn::Params params = small();
  params.channels = 2;
  params.noise_level = true;
  params.dropped_channels = 3;
  const auto built = build_network<DnCnn>(params);
  const at::Tensor x = test::random_normal({2, 3, 7, 10}, at::kDouble, 1);
  EXPECT_EQ(built.leaf("model.4.weight").size(0), 5);
  const at::Tensor found = direct_chain(built, x, Padding::kZeros).narrow(1, 0, 2);
  EXPECT_TRUE(
      test::close_relative(built.network->forward(x), x.narrow(1, 0, 2) - found, kRounding));
}

TEST(DnCnn, PutsBiasesWhereItIsTold) {
  DnCnn::Params params = small();
  params.bias = BiasedLayers::kHidden;
  const auto hidden = build_network<DnCnn>(params);
  EXPECT_FALSE(hidden.parameters->contains("network.model.0.bias"));
  EXPECT_TRUE(hidden.parameters->contains("network.model.2.bias"));
  EXPECT_FALSE(hidden.parameters->contains("network.model.4.bias"));
  params.bias = BiasedLayers::kNone;
  EXPECT_EQ(build_network<DnCnn>(params).parameters->all().size(), 3u);
  EXPECT_EQ(build_network<DnCnn>(small()).parameters->all().size(), 6u);
}

TEST(DnCnn, ThatWrapsAroundShiftsWithItsInput) {
  DnCnn::Params params = small();
  params.padding = Padding::kCircular;
  const auto built = build_network<DnCnn>(params);
  const at::Tensor x = test::random_normal({1, 1, 7, 10}, at::kDouble, 1);
  const at::Tensor shifted = at::roll(x, {3, 4}, {2, 3});
  EXPECT_TRUE(test::close_relative(built.network->forward(shifted),
                                   at::roll(built.network->forward(x), {3, 4}, {2, 3}), kRounding));
}

TEST(DnCnn, RefusesAnotherShapeOrDtype) {
  const auto built = build_network<DnCnn>(small());
  EXPECT_THROW((void)built.network->forward(test::random_normal({1, 2, 7, 10}, at::kDouble, 1)),
               LogicError);
  EXPECT_THROW((void)built.network->forward(test::random_normal({1, 7, 10}, at::kDouble, 1)),
               LogicError);
  EXPECT_THROW((void)built.network->forward(test::random_normal({1, 1, 7, 10}, at::kFloat, 1)),
               LogicError);
}

}  // namespace
}  // namespace parfocal::learned
