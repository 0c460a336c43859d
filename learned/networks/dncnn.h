// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "core/operators/component.h"
#include "learned/networks/layers.h"
#include "learned/networks/network.h"

namespace parfocal::learned {

/// Which layers of a chain have a bias; kHidden: all but the first and the last.
enum class BiasedLayers { kAll, kHidden, kNone };

/// A chain of 3 x 3 convolutions that finds the noise in an image.
///
///   y = x - net(x)   (residual: subtract)
///   y = net(x)       (residual: none)
///
/// K. Zhang, W. Zuo, Y. Chen, D. Meng and L. Zhang, "Beyond a Gaussian denoiser", IEEE Trans. Image
/// Process. 26, 3142 (2017). Batch normalisation is merged into weights and biases.
/// Convention: the output of the chain is subtracted (other programs add it). With `noise_level` the
///             last channel of x is the standard deviation of the noise, the same everywhere.
/// Layout:     x [batch, channels (+ 1), n_y, n_x]; leaves `model.0`, `model.2`, ... with weight and
///             bias. `dropped_channels` further outputs of the last layer are computed in training
///             files and not used here.
/// Invariants: 17 layers of width 64 on grey images have 555 137 weights; the noise level channel is
///             never subtracted from; with circular padding a shift of x shifts y.
/// Errors:     LogicError as of `Network`; DataError as of `Weights`.
/// Tested by:  tests/learned/networks/dncnn_test.cpp,
///             tests/learned/networks/denoising_test.cpp (published weights), conformance.
class DnCnn final : public Network {
 public:
  enum class Residual { kNone, kSubtract };

  struct Params {
    std::int64_t channels = 1;
    std::int64_t depth = 17;
    std::int64_t width = 64;
    BiasedLayers bias = BiasedLayers::kAll;
    Residual residual = Residual::kSubtract;
    Padding padding = Padding::kZeros;
    bool noise_level = false;
    std::int64_t dropped_channels = 0;
    std::optional<std::filesystem::path> weights;
  };
  static void describe(Schema<Params>& s);

  DnCnn(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const override;
  [[nodiscard]] std::int64_t channels_in() const override {
    return params_.channels + (params_.noise_level ? 1 : 0);
  }
  [[nodiscard]] std::int64_t channels_out() const override { return params_.channels; }

 private:
  Params params_;
  ConvolutionChain chain_;
};

}  // namespace parfocal::learned
