// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/interpolation.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

namespace parfocal::optics {
namespace {

at::Tensor kernel(const at::Tensor& distance, Interpolation kind) {
  const at::Tensor t = distance.abs();
  if (kind == Interpolation::kBilinear) return (1.0 - t).clamp_min(0.0);
  const at::Tensor near = ((t * 1.5 - 2.5) * t * t) + 1.0;
  const at::Tensor far = ((t * -0.5 + 2.5) * t - 4.0) * t + 2.0;
  return at::where(t <= 1.0, near, far);
}

}  // namespace

at::Tensor interpolation_weights(const at::Tensor& positions, std::int64_t n, Interpolation kind) {
  const at::Tensor first = positions.floor();
  const std::int64_t before = kind == Interpolation::kBilinear ? 0 : 1;
  const std::int64_t taps = 2 * (before + 1);
  at::Tensor weights = at::zeros({positions.size(0), n}, at::kDouble);
  for (std::int64_t tap = -before; tap < taps - before; ++tap) {
    const at::Tensor site = first + tap;
    const at::Tensor index = site.clamp(0, n - 1).to(at::kLong).unsqueeze(1);
    weights.scatter_add_(1, index, kernel(positions - site, kind).unsqueeze(1));
  }
  return weights;
}

}  // namespace parfocal::optics
