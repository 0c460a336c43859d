// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/poisson_draw.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>

#include "core/tensor/straight_through.h"

namespace parfocal::optics {

at::Tensor poisson_draw(const at::Tensor& mean, RandomStream& random) {
  const at::Tensor known = mean.detach().clamp_min(0.0);
  const at::Tensor counts = random.poisson(known);
  // 1 + e / (2 sqrt(mean)) = (1 + n / mean) / 2
  const at::Tensor slope =
      at::where(known < 1e-6, at::ones_like(known), 0.5 * (1.0 + counts / known.clamp_min(1e-6)));
  return straight_through(mean * slope, counts);
}

}  // namespace parfocal::optics
