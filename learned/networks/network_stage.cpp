// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/network_stage.h"

#include "core/error.h"

namespace parfocal::learned {
namespace {

/// The network under the path of its stage, which the experiment may have named.
std::shared_ptr<const Network> network_of(ComponentConfig config, BuildContext context,
                                          at::ScalarType dtype) {
  config.path = context.path + ".network";
  context.dtype = dtype;
  return build<Network>(config, context);
}

}  // namespace

void NetworkStage::describe(Schema<Params>& s) {
  s.summary("A network that maps each image to a better one.");
  s.equation("x_bk = network(y_bk)");
  s.convention("Every condition goes through the same network on its own.");
  s.gradient("exact");
  s.component("network", &Params::network, "network").required().doc("One channel to one channel.");
  s.choice("precision", &Params::precision,
           {{"float32", Precision::kFloat32}, {"float64", Precision::kFloat64}})
      .doc("Type of weights and activations.");
}

NetworkStage::NetworkStage(const Params& params, const BuildContext& context)
    : dtype_(params.precision == Precision::kFloat64 ? at::kDouble : at::kFloat),
      network_(network_of(params.network, context, dtype_)) {
  if (network_->channels_in() == 1 && network_->channels_out() == 1) return;
  throw UsageError(context.path + ".network: maps " + std::to_string(network_->channels_in()) +
                   " channels to " + std::to_string(network_->channels_out()) +
                   "; a stage needs one to one");
}

at::Tensor NetworkStage::apply(const at::Tensor& image, const StageScene&) const {
  const at::Tensor singles = image.reshape({-1, 1, image.size(-2), image.size(-1)});
  return network_->forward(singles.to(dtype_)).to(image.scalar_type()).reshape_as(image);
}

}  // namespace parfocal::learned
