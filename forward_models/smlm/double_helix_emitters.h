// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "core/operators/component.h"
#include "core/operators/operator.h"
#include "core/operators/point_emitters.h"
#include "forward_models/smlm/spline_block.h"
#include "optics/trainable.h"

namespace parfocal::smlm {

/// Images of single emitters whose light makes two lobes that turn about each other with depth:
///
///   mu = N / 2 sum_(s = +-1) E(y - s d/2 sin t, sigma) E(x - s d/2 cos t, sigma) + b
///   t  = angle + pi z / half_turn,      E the share of a pixel in a Gaussian
///
/// S. R. P. Pavani et al., Proc. Natl. Acad. Sci. USA 106, 2995 (2009).
/// Convention: x, y in pixels from the centre of the first pixel of the window, the middle between the
///             lobes; the line through the lobes turns from x to y for a positive half turn.
/// Layout:     theta [..., 1, (x, y, z, N, b)] -> mu [..., 1, n_y, n_x].
/// Units:      z in um, N in photons of the whole plane, b in photons per pixel; leaves
///             `lobe_distance`, `sigma`, `half_turn` in um, `angle` in rad.
/// Precision:  float64 inside, dtype of the optics in and out.
/// Invariants: the derivatives are exact; fits use the cubic B-spline through finer samples.
/// Errors:     ConfigError for depths further apart than half a turn, where two places look the same.
/// Tested by:  tests/forward_models/double_helix_emitters_test.cpp, tests/conformance.
class DoubleHelixEmitters final : public Operator, public PointEmitters {
 public:
  struct Params {
    std::array<std::int64_t, 2> window{21, 21};  ///< Pixels [y, x].
    std::array<Length, 2> pitch{};               ///< In the sample, [y, x].
    Length sigma, lobe_distance, half_turn;
    Angle angle;
    std::array<Length, 2> depth{};  ///< First and last.
  };
  static void describe(Schema<Params>& s);

  DoubleHelixEmitters(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor forward(const at::Tensor& theta) const override;
  [[nodiscard]] Shape domain() const override { return {1, 5}; }
  [[nodiscard]] Shape range() const override { return {1, window_[0], window_[1]}; }
  [[nodiscard]] at::ScalarType dtype() const override { return dtype_; }

  [[nodiscard]] const std::vector<EmitterParameter>& parameters() const override {
    return parameters_;
  }
  [[nodiscard]] Images emitter_images(const at::Tensor& theta) const override;
  [[nodiscard]] std::shared_ptr<const EmitterBlock> emitter_block() const override;
  [[nodiscard]] std::array<double, 2> pitch_m() const override { return pitch_m_; }

 private:
  /// Float64 [emitter, 5], whatever the dtype.
  [[nodiscard]] Images images(const at::Tensor& theta) const;
  [[nodiscard]] SampledPsf sampled_psf() const;

  std::array<std::int64_t, 2> window_;
  std::array<double, 2> pitch_m_;
  at::ScalarType dtype_;
  std::vector<EmitterParameter> parameters_;
  optics::Trainable sigma_, lobe_distance_, half_turn_, angle_;
};

}  // namespace parfocal::smlm
