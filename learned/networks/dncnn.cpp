// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/dncnn.h"

#include <ATen/TensorOperators.h>

#include "learned/networks/network_keys.h"

namespace parfocal::learned {
namespace {

std::vector<ConvolutionShape> shapes_of(const DnCnn::Params& params) {
  std::vector<ConvolutionShape> shapes(static_cast<std::size_t>(params.depth));
  for (ConvolutionShape& shape : shapes) {
    shape.in = shape.out = params.width;
    shape.bias = params.bias != BiasedLayers::kNone;
    shape.padding = params.padding;
  }
  shapes.front().in = params.channels + (params.noise_level ? 1 : 0);
  shapes.back().out = params.channels + params.dropped_channels;
  if (params.bias == BiasedLayers::kHidden) shapes.front().bias = shapes.back().bias = false;
  return shapes;
}

ConvolutionChain chain_of(const DnCnn::Params& params, const BuildContext& context) {
  Weights weights(context, params.weights);
  ConvolutionChain chain(weights, shapes_of(params));
  weights.check_whole();
  return chain;
}

}  // namespace

void DnCnn::describe(Schema<Params>& s) {
  s.summary("DnCNN: a chain of 3 x 3 convolutions that finds the noise in an image.");
  s.equation("y = x - net(x)  (residual: subtract),  y = net(x)  (residual: none)");
  s.citation("K. Zhang et al., IEEE Trans. Image Process. 26, 3142 (2017)");
  s.convention(
      "The output of the chain is subtracted; batch normalization is merged into the weights.");
  s.key("channels", &Params::channels).at_least(1).doc("Of the image.");
  s.key("depth", &Params::depth).at_least(2).at_most(100).doc("Number of convolutions.");
  s.key("width", &Params::width).at_least(1).doc("Channels between the convolutions.");
  s.choice("bias", &Params::bias,
           {{"all", BiasedLayers::kAll},
            {"hidden", BiasedLayers::kHidden},
            {"none", BiasedLayers::kNone}})
      .doc("Which convolutions add a bias; hidden: all but the first and the last.");
  s.choice("residual", &Params::residual,
           {{"none", Residual::kNone}, {"subtract", Residual::kSubtract}})
      .doc("Whether the chain gives the image or what is subtracted from the input.");
  describe_padding(s, &Params::padding);
  s.key("noise_level", &Params::noise_level)
      .doc("Whether a last channel of the input holds the standard deviation of the noise.");
  s.key("dropped_channels", &Params::dropped_channels)
      .at_least(0)
      .doc("Further outputs of the last convolution, as files of weights may hold them; not used.");
  describe_weights(s, &Params::weights);
}

DnCnn::DnCnn(const Params& params, const BuildContext& context)
    : params_(params), chain_(chain_of(params, context)) {}

at::Tensor DnCnn::forward(const at::Tensor& x) const {
  check_images("dncnn: x", x, chain_.first_weight(), channels_in());
  const at::Tensor found = chain_.forward(x).narrow(1, 0, params_.channels);
  if (params_.residual == Residual::kNone) return found;
  return x.narrow(1, 0, params_.channels) - found;
}

}  // namespace parfocal::learned
