// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/heteroscedastic_network.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "learned/networks/unet.h"
#include "learned/register.h"
#include "tests/learned/losses/plain_camera.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using learned::HeteroscedasticNetwork;
using learned::UNet;

struct Case {
  imaging::IncoherentImaging model = plain_camera(6, 5);
  optics::PoissonDetector detector = photon_counter();
  ParameterTree tree;
  HeteroscedasticNetwork::Params params;
  UNet::Params network;
  at::Tensor image = random_normal({2, 3, 6, 5}, at::kDouble, 2);

  Case() {
    params.precision = HeteroscedasticNetwork::Precision::kFloat64;
    network.channels_out = 2;
    network.base = 4;
    network.depth = 1;
  }
  [[nodiscard]] BuildContext context(const std::string& path) {
    BuildContext context;
    context.dtype = at::kDouble;
    context.path = path;
    context.parameters = &tree;
    context.seed = 4;
    return context;
  }
  [[nodiscard]] HeteroscedasticNetwork stage() {
    Registry registry;
    register_learned(registry);
    params.network.type = registry.find("network", "unet");
    params.network.params = std::make_shared<UNet::Params>(network);
    return {params, context("reconstruction.network")};
  }
  [[nodiscard]] Prediction predict() { return stage().predict(image, {model, detector, 1.0}); }
};

TEST(HeteroscedasticNetwork, TheTwoChannelsAreMeanAndVariance) {
  Case c;
  const Prediction found = c.predict();
  Case other;
  const UNet network(other.network, other.context("reconstruction.network.network"));
  for (std::int64_t b = 0; b < 2; ++b) {
    for (std::int64_t k = 0; k < 3; ++k) {
      const at::Tensor one = c.image[b][k].reshape({1, 1, 6, 5});
      const at::Tensor both = network.forward(one)[0];
      EXPECT_TRUE(close_relative(found.mean[b][k], c.image[b][k] + both[0], 1e-13));
      // softplus(o_0) = 0.1^2
      const double offset = std::log(std::expm1(0.01));
      const at::Tensor variance = (both[1] + offset).exp().log1p() + 1e-6;
      EXPECT_TRUE(close_relative(found.variance[b][k], variance, 1e-12));
    }
  }
}

TEST(HeteroscedasticNetwork, WithoutWeightsItStartsAtTheImageAndTheStartDeviation) {
  Case c;
  c.params.start_deviation = 0.2;
  const HeteroscedasticNetwork stage = c.stage();
  {
    const at::NoGradGuard no_grad;
    for (const auto& [path, parameter] : c.tree.all()) parameter.leaf.zero_();
  }
  const Prediction found = stage.predict(c.image, {c.model, c.detector, 1.0});
  EXPECT_TRUE(close_relative(found.mean, c.image, 1e-15));
  EXPECT_TRUE(close_relative(found.variance, c.image * 0.0 + 0.040001, 1e-12));
  EXPECT_TRUE(close_relative(stage.apply(c.image, {c.model, c.detector, 1.0}), found.mean, 1e-15));
}

TEST(HeteroscedasticNetwork, ANetworkOfOneChannelIsRefused) {
  Case c;
  c.network.channels_out = 1;
  EXPECT_THROW(static_cast<void>(c.stage()), UsageError);
}

}  // namespace
}  // namespace parfocal::test
