// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/drunet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/relu.h>

#include "learned/networks/network_keys.h"

namespace parfocal::learned {
namespace {

constexpr std::size_t kHalvings = 3;

}  // namespace

void DrUNet::describe(Schema<Params>& s) {
  s.summary("DRUNet: a residual U-Net that is told the level of the noise.");
  s.equation(
      "x_1 = H([x, sigma]), x_{i+1} = D_i(R(x_i)), z_i = R(U_i(z_{i+1} + x_{i+1})), y = T(z_1 + "
      "x_1)\n"
      "R: `blocks` times v + conv(ReLU(conv(v)))");
  s.citation("K. Zhang et al., IEEE Trans. Pattern Anal. Mach. Intell. 44, 6360 (2022)");
  s.convention("The last channel of the input is sigma, in units of the image; skips add.");
  s.key("channels", &Params::channels).at_least(1).doc("Of the image, without sigma.");
  s.key("widths", &Params::widths).at_least(1).doc("Channels at the four scales.");
  s.key("blocks", &Params::blocks).at_least(1).at_most(16).doc("Residual blocks in a stage.");
  s.key("bias", &Params::bias).doc("Whether convolutions add a bias; published weights have none.");
  describe_weights(s, &Params::weights);
}

DrUNet::DrUNet(const Params& params, const BuildContext& context) : params_(params) {
  Weights weights(context, params.weights);
  const auto& widths = params.widths;
  ends_.push_back(convolution(weights, "m_head", channels_in(), widths[0], false));
  for (std::size_t i = 0; i < kHalvings; ++i) {
    const std::string name = "m_down" + std::to_string(i + 1);
    down_stages_.push_back(stage(weights, name, 0, widths[i]));
    ConvolutionShape half{widths[i], widths[i + 1], 2, 2};
    half.bias = params.bias;
    half.rectified = false;
    down_.emplace_back(weights, name + "." + std::to_string(params.blocks), half);
  }
  body_ = stage(weights, "m_body", 0, widths[kHalvings]);
  for (std::size_t i = 0; i < kHalvings; ++i) {
    const std::string name = "m_up" + std::to_string(i + 1);
    up_.emplace_back(weights, name + ".0", widths[i + 1], widths[i], params.bias);
    up_stages_.push_back(stage(weights, name, 1, widths[i]));
  }
  ends_.push_back(convolution(weights, "m_tail", widths[0], params.channels, false));
  weights.check_whole();
}

Convolution DrUNet::convolution(Weights& weights, const std::string& name, std::int64_t in,
                                std::int64_t out, bool rectified) const {
  ConvolutionShape shape;
  shape.in = in;
  shape.out = out;
  shape.bias = params_.bias;
  shape.rectified = rectified;
  return {weights, name, shape};
}

DrUNet::Stage DrUNet::stage(Weights& weights, const std::string& name, std::int64_t first,
                            std::int64_t width) const {
  Stage stage;
  for (std::int64_t i = 0; i < params_.blocks; ++i) {
    const std::string block = name + "." + std::to_string(first + i) + ".res.";
    const Convolution rectified = convolution(weights, block + "0", width, width, true);
    stage.push_back({rectified, convolution(weights, block + "2", width, width, false)});
  }
  return stage;
}

at::Tensor DrUNet::through(const Stage& stage, at::Tensor x) {
  for (const ResidualBlock& block : stage) {
    x = x + block.second.forward(at::relu(block.first.forward(x)));
  }
  return x;
}

at::Tensor DrUNet::forward(const at::Tensor& x) const {
  check_images("drunet: x", x, ends_.front().weight(), channels_in());
  std::vector<at::Tensor> scales{ends_.front().forward(pad_to_multiple(x, 1 << kHalvings))};
  for (std::size_t i = 0; i < kHalvings; ++i) {
    scales.push_back(down_[i].forward(through(down_stages_[i], scales[i])));
  }
  at::Tensor y = through(body_, scales.back());
  for (std::size_t i = kHalvings; i-- > 0;) {
    y = through(up_stages_[i], up_[i].forward(y + scales[i + 1]));
  }
  return crop_like(ends_.back().forward(y + scales.front()), x);
}

}  // namespace parfocal::learned
