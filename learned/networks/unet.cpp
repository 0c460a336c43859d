// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/unet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/relu.h>

#include "core/error.h"
#include "learned/networks/network_keys.h"

namespace parfocal::learned {

void UNet::describe(Schema<Params>& s) {
  s.summary("U-Net: an encoder and a decoder that meet at every scale.");
  s.equation(
      "e_0 = B(x), e_i = B(pool(e_{i-1})), d_i = B([e_i, up(d_{i+1})]), y = C(d_0)\n"
      "B = ReLU conv 3x3 ReLU conv 3x3, C = conv 1x1");
  s.citation("O. Ronneberger et al., MICCAI, 2015");
  s.convention("The size stays; a level of noise is the last channel of the input.");
  s.key("channels_in", &Params::channels_in).at_least(1).doc("Of the input.");
  s.key("channels_out", &Params::channels_out).at_least(1).doc("Of the output.");
  s.key("base", &Params::base).at_least(1).doc("Channels at full resolution; doubled per scale.");
  s.key("depth", &Params::depth).at_least(1).at_most(8).doc("How often the sides are halved.");
  s.key("residual", &Params::residual)
      .doc("Adds the input: the network starts as the identity and learns what is to be changed.");
  describe_padding(s, &Params::padding);
  describe_weights(s, &Params::weights);
}

UNet::UNet(const Params& params, const BuildContext& context) : params_(params) {
  if (params.residual && params.channels_out > params.channels_in) {
    throw UsageError(context.path + ".residual: adds the input to the output, which has " +
                     std::to_string(params.channels_out) + " channels and not at most " +
                     std::to_string(params.channels_in) + "; give as many channels_in");
  }
  Weights weights(context, params.weights);
  const auto width = [&](std::int64_t scale) { return params.base << scale; };
  for (std::int64_t scale = 0; scale <= params.depth; ++scale) {
    encoder_.push_back(block(weights, "encoder." + std::to_string(scale),
                             scale == 0 ? params.channels_in : width(scale - 1), width(scale)));
  }
  for (std::int64_t scale = 0; scale < params.depth; ++scale) {
    const std::string number = std::to_string(scale);
    up_.emplace_back(weights, "up." + number, width(scale + 1), width(scale), true);
    decoder_.push_back(block(weights, "decoder." + number, 2 * width(scale), width(scale)));
  }
  ConvolutionShape last;
  last.in = params.base;
  last.out = params.channels_out;
  last.kernel = 1;
  last.rectified = false;
  last.starts_at_zero = params.residual;
  out_.emplace(weights, "out", last);
  weights.check_whole();
}

UNet::Block UNet::block(Weights& weights, const std::string& name, std::int64_t in,
                        std::int64_t out) const {
  ConvolutionShape shape;
  shape.in = in;
  shape.out = out;
  shape.padding = params_.padding;
  const Convolution first(weights, name + ".0", shape);
  shape.in = out;
  return {first, Convolution(weights, name + ".1", shape)};
}

at::Tensor UNet::Block::forward(const at::Tensor& x) const {
  return at::relu(second.forward(at::relu(first.forward(x))));
}

at::Tensor UNet::forward(const at::Tensor& x) const {
  check_images("unet: x", x, encoder_.front().first.weight(), params_.channels_in);
  std::vector<at::Tensor> scales;
  at::Tensor y = encoder_.front().forward(pad_to_multiple(x, std::int64_t{1} << params_.depth));
  for (std::size_t scale = 1; scale < encoder_.size(); ++scale) {
    scales.push_back(y);
    y = encoder_[scale].forward(max_pool_2x2(y));
  }
  for (std::size_t scale = scales.size(); scale-- > 0;) {
    y = decoder_[scale].forward(at::cat({scales[scale], up_[scale].forward(y)}, 1));
  }
  const at::Tensor found = crop_like(out_->forward(y), x);
  return params_.residual ? x.narrow(1, 0, params_.channels_out) + found : found;
}

}  // namespace parfocal::learned
