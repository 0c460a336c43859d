// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/ffdnet.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/pixel_shuffle.h>
#include <ATen/ops/pixel_unshuffle.h>

#include "learned/networks/network_keys.h"

namespace parfocal::learned {
namespace {

ConvolutionChain chain_of(const FfdNet::Params& params, const BuildContext& context) {
  std::vector<ConvolutionShape> shapes(static_cast<std::size_t>(params.depth));
  for (ConvolutionShape& shape : shapes) shape.in = shape.out = params.width;
  shapes.front().in = 4 * params.channels + 1;
  shapes.back().out = 4 * params.channels;
  Weights weights(context, params.weights);
  ConvolutionChain chain(weights, shapes);
  weights.check_whole();
  return chain;
}

}  // namespace

void FfdNet::describe(Schema<Params>& s) {
  s.summary("FFDNet: convolutions at half resolution that are told the level of the noise.");
  s.equation("y = up(net([down(x), sigma])),  down: 2 x 2 pixels into channels");
  s.citation("K. Zhang et al., IEEE Trans. Image Process. 27, 4608 (2018)");
  s.convention("The last channel of the input is sigma, in units of the image.");
  s.key("channels", &Params::channels).at_least(1).doc("Of the image, without sigma.");
  s.key("depth", &Params::depth).at_least(2).at_most(100).doc("Number of convolutions.");
  s.key("width", &Params::width).at_least(1).doc("Channels between the convolutions.");
  describe_weights(s, &Params::weights);
}

FfdNet::FfdNet(const Params& params, const BuildContext& context)
    : channels_(params.channels), chain_(chain_of(params, context)) {}

at::Tensor FfdNet::forward(const at::Tensor& x) const {
  check_images("ffdnet: x", x, chain_.first_weight(), channels_in());
  const at::Tensor even = pad_to_multiple(x, 2);
  const at::Tensor image = at::pixel_unshuffle(even.narrow(1, 0, channels_), 2);
  const at::Tensor sigma = at::pixel_unshuffle(even.narrow(1, channels_, 1), 2).mean(1, true);
  return crop_like(at::pixel_shuffle(chain_.forward(at::cat({image, sigma}, 1)), 2), x);
}

}  // namespace parfocal::learned
