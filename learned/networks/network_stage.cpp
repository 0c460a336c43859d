// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/network_stage.h"

namespace parfocal::learned {

void NetworkStage::describe(Schema<Params>& s) {
  s.summary("A network that maps each image to a better one.");
  s.equation("x_bk = network(y_bk)");
  s.convention("Every condition goes through the same network on its own.");
  s.gradient("exact");
  s.component("network", &Params::network, "network").required().doc("One channel to one channel.");
  describe_precision(s, &Params::precision);
}

NetworkStage::NetworkStage(const Params& params, const BuildContext& context)
    : network_(params.network, context, "network", params.precision) {}

at::Tensor NetworkStage::apply(const at::Tensor& image, const StageScene&) const {
  return network_.forward(image);
}

}  // namespace parfocal::learned
