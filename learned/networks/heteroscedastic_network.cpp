// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/heteroscedastic_network.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/softplus.h>

#include "learned/unrolled/step_scalars.h"

namespace parfocal::learned {
namespace {

constexpr double kLeastVariance = 1e-6;

}  // namespace

void HeteroscedasticNetwork::describe(Schema<Params>& s) {
  s.summary("A network that maps each image to a better one and to the variance of its error.");
  s.equation(
      "(f, o) = network(y_bk),  mean_bk = y_bk + f,  variance_bk = softplus(o + o_0) + 1e-6");
  s.citation("D. A. Nix, A. S. Weigend, Proc. IEEE Int. Conf. Neural Networks 1, 55 (1994)");
  s.citation(
      "A. Kendall, Y. Gal, Advances in Neural Information Processing Systems 30, 5574 (2017)");
  s.convention("The last stage; the loss heteroscedastic trains both, any other one the mean.");
  s.gradient("exact");
  s.component("network", &Params::network, "network")
      .required()
      .doc("One channel to two (unet with channels_out: 2).");
  s.key("residual", &Params::residual).doc("Adds the input to the mean.");
  s.key("start_deviation", &Params::start_deviation)
      .at_least(1e-3)
      .doc("Standard deviation where the network gives 0, in object values.");
  describe_precision(s, &Params::precision);
}

HeteroscedasticNetwork::HeteroscedasticNetwork(const Params& params, const BuildContext& context)
    : residual_(params.residual),
      offset_(inverse_softplus(params.start_deviation * params.start_deviation)),
      network_(params.network, context, "network", params.precision, 2) {}

at::Tensor HeteroscedasticNetwork::apply(const at::Tensor& image, const StageScene& scene) const {
  return predict(image, scene).mean;
}

Prediction HeteroscedasticNetwork::predict(const at::Tensor& image, const StageScene&) const {
  const at::Tensor found = network_.forward_all(image);
  return {residual_ ? image + found[0] : found[0],
          at::softplus(found[1] + offset_) + kLeastVariance};
}

}  // namespace parfocal::learned
