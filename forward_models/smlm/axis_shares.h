// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>

#include <numbers>

#include "optics/psf/integrated_gaussian.h"

namespace parfocal::smlm {

/// Shares of the pixels of one axis in a Gaussian, [emitter, n], with their derivatives to its centre
/// and width, which are [emitter] and in pixels.
/// Tested by: tests/forward_models/gaussian_emitters_test.cpp.
struct AxisShares {
  at::Tensor e, d_center, d_width;
};

[[nodiscard]] inline AxisShares axis_shares(const at::Tensor& center, const at::Tensor& width,
                                            std::int64_t n) {
  const at::Tensor pixel = at::arange(n, at::kDouble).to(center.device());
  const at::Tensor s = width.unsqueeze(-1);
  const at::Tensor low = (pixel - 0.5 - center.unsqueeze(-1)) / s;
  const at::Tensor high = (pixel + 0.5 - center.unsqueeze(-1)) / s;
  const at::Tensor at_low = (-0.5 * low.square()).exp(), at_high = (-0.5 * high.square()).exp();
  const at::Tensor slope = std::numbers::inv_sqrtpi / (s * std::numbers::sqrt2);
  return {optics::pixel_shares(center, width, n, 0.0), (at_low - at_high) * slope,
          (low * at_low - high * at_high) * slope};
}

/// [emitter, n_y] and [emitter, n_x] to [emitter, n_y, n_x].
[[nodiscard]] inline at::Tensor on_plane(const at::Tensor& y, const at::Tensor& x) {
  return y.unsqueeze(-1) * x.unsqueeze(-2);
}

}  // namespace parfocal::smlm
