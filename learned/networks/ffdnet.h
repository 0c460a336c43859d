// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "core/operators/component.h"
#include "learned/networks/layers.h"
#include "learned/networks/network.h"

namespace parfocal::learned {

/// A chain of 3 x 3 convolutions at half resolution that is told the level of the noise.
///
///   y = up(net([down(x), mean of each 2 x 2 block of sigma]))
///
/// K. Zhang, W. Zuo and L. Zhang, "FFDNet", IEEE Trans. Image Process. 27, 4608 (2018), section III.
/// down puts the four pixels of a 2 x 2 block into channels, up is its inverse.
/// Convention: the chain gives the image, not the noise. Odd sides are made even by repeating the
///             last row and column, and cut again.
/// Layout:     x [batch, channels + 1, n_y, n_x], the last channel is sigma, a map or the same
///             everywhere, in units of x; y [batch, channels, n_y, n_x]; leaves `model.0`,
///             `model.2`, ... Channel 4 c + 2 i + j of down(x) is pixel (i, j) of channel c.
/// Invariants: 485 316 weights for grey (15 x 64), 852 108 for color images (12 x 96).
/// Errors:     LogicError as of `Network`; DataError as of `Weights`.
/// Tested by:  tests/learned/networks/ffdnet_test.cpp, conformance.
class FfdNet final : public Network {
 public:
  struct Params {
    std::int64_t channels = 1;
    std::int64_t depth = 15;
    std::int64_t width = 64;
    std::optional<std::filesystem::path> weights;
  };
  static void describe(Schema<Params>& s);

  FfdNet(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const override;
  [[nodiscard]] std::int64_t channels_in() const override { return channels_ + 1; }
  [[nodiscard]] std::int64_t channels_out() const override { return channels_; }

 private:
  std::int64_t channels_;
  ConvolutionChain chain_;
};

}  // namespace parfocal::learned
