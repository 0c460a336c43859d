// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "core/operators/component.h"
#include "learned/networks/layers.h"
#include "learned/networks/network.h"

namespace parfocal::learned {

/// Seven 3 x 3 convolutions with dilations 1 2 3 4 3 2 1 that find the noise in an image.
///
///   y = x - net(x)
///
/// K. Zhang, W. Zuo, S. Gu and L. Zhang, "Learning deep CNN denoiser prior for image restoration",
/// CVPR (2017), section 3.2. Batch normalisation is merged into weights and biases.
/// Convention: the output of the chain is subtracted; nothing lies beyond the border (zeros).
/// Layout:     x and y [batch, channels, n_y, n_x]; leaves `model.0`, `model.2`, ... `model.12`.
/// Invariants: width 64 has 185 857 weights for grey and 188 163 for color images; y at a pixel
///             depends on x at most 16 pixels away.
/// Errors:     LogicError as of `Network`; DataError as of `Weights`.
/// Tested by:  tests/learned/networks/ircnn_test.cpp, conformance.
class IrCnn final : public Network {
 public:
  struct Params {
    std::int64_t channels = 1;
    std::int64_t width = 64;
    std::optional<std::filesystem::path> weights;
  };
  static void describe(Schema<Params>& s);

  IrCnn(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const override;
  [[nodiscard]] std::int64_t channels_in() const override { return channels_; }
  [[nodiscard]] std::int64_t channels_out() const override { return channels_; }

 private:
  std::int64_t channels_;
  ConvolutionChain chain_;
};

}  // namespace parfocal::learned
