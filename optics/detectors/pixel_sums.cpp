// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/pixel_sums.h"

#include <ATen/ops/isfinite.h>

#include "core/check.h"

namespace parfocal::optics {

at::Tensor sum_per_item(const at::Tensor& values) {
  PARFOCAL_CHECK(values.dim() >= 2);
  return values.flatten(1).sum(1);
}

at::Tensor counted(const at::Tensor& counts) {
  return at::isfinite(counts).to(counts.scalar_type());
}

at::Tensor without_dead(const at::Tensor& counts) { return counts.nan_to_num(0.0, 0.0, 0.0); }

}  // namespace parfocal::optics
