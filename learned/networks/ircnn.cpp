// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/ircnn.h"

#include <ATen/TensorOperators.h>

#include "learned/networks/network_keys.h"

namespace parfocal::learned {
namespace {

ConvolutionChain chain_of(const IrCnn::Params& params, const BuildContext& context) {
  std::vector<ConvolutionShape> shapes;
  for (const std::int64_t dilation : {1, 2, 3, 4, 3, 2, 1}) {
    ConvolutionShape& shape = shapes.emplace_back();
    shape.in = shape.out = params.width;
    shape.dilation = dilation;
  }
  shapes.front().in = shapes.back().out = params.channels;
  Weights weights(context, params.weights);
  ConvolutionChain chain(weights, shapes);
  weights.check_whole();
  return chain;
}

}  // namespace

void IrCnn::describe(Schema<Params>& s) {
  s.summary("IRCNN: seven dilated convolutions that find the noise in an image.");
  s.equation("y = x - net(x);  dilations 1 2 3 4 3 2 1");
  s.citation("K. Zhang et al., IEEE Conf. Computer Vision and Pattern Recognition, 2017");
  s.convention(
      "The output of the chain is subtracted; batch normalization is merged into the weights.");
  s.key("channels", &Params::channels).at_least(1).doc("Of the image.");
  s.key("width", &Params::width).at_least(1).doc("Channels between the convolutions.");
  describe_weights(s, &Params::weights);
}

IrCnn::IrCnn(const Params& params, const BuildContext& context)
    : channels_(params.channels), chain_(chain_of(params, context)) {}

at::Tensor IrCnn::forward(const at::Tensor& x) const {
  check_images("ircnn: x", x, chain_.first_weight(), channels_);
  return x - chain_.forward(x);
}

}  // namespace parfocal::learned
