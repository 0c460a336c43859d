// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <optional>

#include "core/operators/component.h"
#include "learned/networks/layers.h"
#include "learned/networks/network.h"

namespace parfocal::learned {

/// A residual U-Net that is told the level of the noise.
///
///   x_1 = H([x, sigma]),  x_{i+1} = D_i(R(x_i)),  z_4 = R(x_4),
///   z_i = R(U_i(z_{i+1} + x_{i+1})),  y = T(z_1 + x_1)
///   R: `blocks` times v + conv(ReLU(conv(v))); D, U: 2 x 2 with stride 2; H, T: 3 x 3
///
/// K. Zhang, Y. Li, W. Zuo, L. Zhang, L. Van Gool and R. Timofte, "Plug-and-play image restoration
/// with deep denoiser prior", IEEE Trans. Pattern Anal. 44, 6360 (2022), section 3.1.
/// Convention: skips add; the network gives the image, not the noise; no biases in the published
///             weights, so y(a x, a sigma) = a y(x, sigma) for a > 0. Sides that 8 does not divide
///             are filled by repeating the last row and column, and cut again.
/// Layout:     x [batch, channels + 1, n_y, n_x], the last channel is sigma in units of x; leaves
///             named as in KAIR: `m_head`, `m_down1.0.res.0`, ... `m_down1.4`, `m_body`, `m_up3.0`,
///             ... `m_tail`.
/// Invariants: widths 64 128 256 512 have 32 638 656 weights for grey and 32 640 960 for color
///             images; with biases 32 651 329 and 32 653 635.
/// Errors:     LogicError as of `Network`; DataError as of `Weights`.
/// Tested by:  tests/learned/networks/drunet_test.cpp, conformance.
class DrUNet final : public Network {
 public:
  struct Params {
    std::int64_t channels = 1;
    std::array<std::int64_t, 4> widths{64, 128, 256, 512};
    std::int64_t blocks = 4;
    bool bias = false;
    std::optional<std::filesystem::path> weights;
  };
  static void describe(Schema<Params>& s);

  DrUNet(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const override;
  [[nodiscard]] std::int64_t channels_in() const override { return params_.channels + 1; }
  [[nodiscard]] std::int64_t channels_out() const override { return params_.channels; }

 private:
  struct ResidualBlock {
    Convolution first, second;
  };
  using Stage = std::vector<ResidualBlock>;

  [[nodiscard]] Convolution convolution(Weights& weights, const std::string& name, std::int64_t in,
                                        std::int64_t out, bool rectified) const;
  /// `first` is the number of the first block in the names.
  [[nodiscard]] Stage stage(Weights& weights, const std::string& name, std::int64_t first,
                            std::int64_t width) const;
  [[nodiscard]] static at::Tensor through(const Stage& stage, at::Tensor x);

  Params params_;
  std::vector<Convolution> ends_;  ///< Head and tail.
  std::vector<Stage> down_stages_, up_stages_;
  std::vector<Convolution> down_;
  std::vector<TransposedConvolution> up_;
  Stage body_;
};

}  // namespace parfocal::learned
