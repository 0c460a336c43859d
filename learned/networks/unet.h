// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "core/operators/component.h"
#include "learned/networks/layers.h"
#include "learned/networks/network.h"

namespace parfocal::learned {

/// An encoder and a decoder that meet at every scale.
///
///   e_0 = B(x),  e_i = B(pool(e_{i-1})),  d_depth = e_depth,
///   d_i = B([e_i, up(d_{i+1})]),  y = C(d_0), or x + C(d_0) with residual
///   B = ReLU conv 3x3 ReLU conv 3x3, pool = largest of 2 x 2, up = 2 x 2 transposed convolution
///
/// O. Ronneberger, P. Fischer and T. Brox, "U-Net", MICCAI (2015); here padded, so that the size
/// stays.
/// Convention: base 2^i channels at scale i; C is 1 x 1, and starts at 0 with residual: the network
///             then begins as the identity on the first channels_out channels. Sides that 2^depth does not divide are
///             filled by repeating the last row and column, and cut again. A level of noise, where
///             one is trained with, is the last of the input channels.
/// Layout:     x [batch, channels_in, n_y, n_x]; leaves `encoder.I.0`, `encoder.I.1` for scales 0 to
///             depth, `up.I`, `decoder.I.0`, `decoder.I.1` for scales 0 to depth - 1, and `out`.
/// Invariants: base 32, depth 3, 1 -> 1 has 1 925 025 weights; base 16 481 745; base 64, depth 4,
///             1 -> 2 has 31 030 658.
/// Errors:     UsageError for a residual of more channels than there are; LogicError as of
///             `Network`; DataError as of `Weights`.
/// Tested by:  tests/learned/networks/unet_test.cpp, conformance.
class UNet final : public Network {
 public:
  struct Params {
    std::int64_t channels_in = 1;
    std::int64_t channels_out = 1;
    std::int64_t base = 32;
    std::int64_t depth = 3;
    bool residual = false;
    Padding padding = Padding::kZeros;
    std::optional<std::filesystem::path> weights;
  };
  static void describe(Schema<Params>& s);

  UNet(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const override;
  [[nodiscard]] std::int64_t channels_in() const override { return params_.channels_in; }
  [[nodiscard]] std::int64_t channels_out() const override { return params_.channels_out; }

 private:
  struct Block {
    Convolution first, second;
    [[nodiscard]] at::Tensor forward(const at::Tensor& x) const;
  };
  [[nodiscard]] Block block(Weights& weights, const std::string& name, std::int64_t in,
                            std::int64_t out) const;

  Params params_;
  std::vector<Block> encoder_, decoder_;
  std::vector<TransposedConvolution> up_;
  std::optional<Convolution> out_;
};

}  // namespace parfocal::learned
