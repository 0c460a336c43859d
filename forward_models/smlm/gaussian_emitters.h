// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "core/operators/component.h"
#include "core/operators/operator.h"
#include "core/operators/point_emitters.h"
#include "forward_models/smlm/gaussian_block.h"
#include "optics/trainable.h"

namespace parfocal::smlm {

/// Images of single emitters in a window of pixels, Gaussians integrated over the pixels,
///
///   mu_ji = N E_j(y, s_y) E_i(x, s_x) + b
///   E_i = 1/2 [ erf((i + 1/2 - x) / (sqrt(2) s)) - erf((i - 1/2 - x) / (sqrt(2) s)) ]
///
/// C. S. Smith et al., Nature Methods 7, 373 (2010). Widths that are free are s_x = s in pixels of
/// x, and s_y the same length.
///
/// Convention: x, y in pixels from the centre of the first pixel of the window.
/// Layout:     theta [..., 1, parameter] with parameters x, y, N, b (, s) -> mu [..., 1, n_y, n_x].
/// Units:      N in photons of the whole plane, b in photons per pixel; leaf `sigma` in um.
/// Precision:  dtype of the optics in and out, float64 inside; fits in float64.
/// Invariants: the derivatives are exact; the block gives the same numbers.
/// Errors:     UsageError where the window is smaller than 5 or larger than 64 pixels.
/// Tested by:  tests/forward_models/gaussian_emitters_test.cpp (differences, published bounds).
class GaussianEmitters final : public Operator, public PointEmitters {
 public:
  struct Params {
    std::array<std::int64_t, 2> window{7, 7};  ///< Pixels [y, x].
    std::array<Length, 2> pitch{};             ///< In the sample, [y, x].
    Length sigma;
    bool free_width = true;
  };
  static void describe(Schema<Params>& s);

  GaussianEmitters(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor forward(const at::Tensor& theta) const override;
  [[nodiscard]] Shape domain() const override { return {1, parameter_count()}; }
  [[nodiscard]] Shape range() const override { return {1, window_[0], window_[1]}; }
  [[nodiscard]] at::ScalarType dtype() const override { return dtype_; }

  [[nodiscard]] const std::vector<EmitterParameter>& parameters() const override {
    return parameters_;
  }
  [[nodiscard]] Images emitter_images(const at::Tensor& theta) const override;
  [[nodiscard]] std::shared_ptr<const EmitterBlock> emitter_block() const override;
  [[nodiscard]] std::array<double, 2> pitch_m() const override { return pitch_m_; }

 private:
  [[nodiscard]] GaussianShape shape() const;
  [[nodiscard]] std::int64_t parameter_count() const { return free_width_ ? 5 : 4; }
  /// In pixels of the axis (0: y, 1: x), for every row of theta.
  [[nodiscard]] at::Tensor width_px(const at::Tensor& theta, std::size_t axis) const;

  std::array<std::int64_t, 2> window_;
  std::array<double, 2> pitch_m_;
  bool free_width_;
  optics::Trainable sigma_;
  std::vector<EmitterParameter> parameters_;
  at::ScalarType dtype_;
};

}  // namespace parfocal::smlm
