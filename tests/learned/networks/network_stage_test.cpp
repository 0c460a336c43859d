// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/network_stage.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "forward_models/imaging/incoherent_imaging.h"
#include "learned/networks/dncnn.h"
#include "learned/register.h"
#include "optics/detectors/poisson_detector.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using learned::DnCnn;
using learned::NetworkStage;

const Registry& registry() {
  static const Registry all = [] {
    Registry r;
    register_learned(r);
    return r;
  }();
  return all;
}

NetworkStage::Params stage_of(const DnCnn::Params& network) {
  NetworkStage::Params params;
  params.network.type = registry().find("network", "dncnn");
  params.network.params = std::make_shared<DnCnn::Params>(network);
  params.network.path = "reconstruction.network.network";
  params.precision = NetworkStage::Precision::kFloat64;
  return params;
}

struct Case {
  imaging::IncoherentImaging model{random_normal({3, 6, 5}, at::kDouble, 1),
                                   imaging::Boundary::kPeriodic};
  optics::PoissonDetector detector{optics::PoissonDetector::Params{}, BuildContext{}};
  ParameterTree tree;
  DnCnn::Params network;
  Case() {
    network.depth = 3;
    network.width = 4;
  }
  [[nodiscard]] BuildContext context() {
    BuildContext context;
    context.dtype = at::kDouble;
    context.path = "reconstruction.network";
    context.parameters = &tree;
    context.seed = 4;
    return context;
  }
};

TEST(NetworkStage, EveryImageGoesThroughTheNetworkOnItsOwn) {
  Case c;
  const NetworkStage stage(stage_of(c.network), c.context());
  BuildContext alone = c.context();
  ParameterTree other;
  alone.parameters = &other;
  alone.path = "reconstruction.network.network";
  const DnCnn network(c.network, alone);
  const at::Tensor image = random_normal({2, 3, 6, 5}, at::kDouble, 2);
  const at::Tensor all = stage.apply(image, {c.model, c.detector, 1.0});
  for (std::int64_t b = 0; b < 2; ++b) {
    for (std::int64_t k = 0; k < 3; ++k) {
      const at::Tensor one = image[b][k].reshape({1, 1, 6, 5});
      EXPECT_TRUE(close_relative(all[b][k].reshape({1, 1, 6, 5}), network.forward(one), 1e-13));
    }
  }
  EXPECT_TRUE(c.tree.contains("reconstruction.network.network.model.0.weight"));
}

TEST(NetworkStage, ANetworkOfOtherChannelsIsRefused) {
  Case c;
  c.network.noise_level = true;
  EXPECT_THROW(NetworkStage(stage_of(c.network), c.context()), UsageError);
}

}  // namespace
}  // namespace parfocal::test
