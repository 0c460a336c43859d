// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/height_checks.h"

#include <ATen/ops/isfinite.h>
#include <fmt/format.h>

#include "core/check.h"
#include "core/error.h"

namespace parfocal::optics {

void check_heights(const std::string& who, const at::Tensor& height, const Grid& grid) {
  PARFOCAL_CHECK(at::isFloatingType(height.scalar_type()));
  if (height.dim() != 2 || height.size(0) != grid.n_y || height.size(1) != grid.n_x) {
    std::string got;
    for (const std::int64_t size : height.sizes())
      got += (got.empty() ? "" : " x ") + fmt::format("{}", size);
    throw UsageError(fmt::format(
        "{}: height map of {} on a grid of {}; expected one height per sample of the grid", who,
        got.empty() ? "one number" : got, grid.text()));
  }
  const at::Tensor finite = at::isfinite(height.detach());
  if (finite.all().item<bool>()) return;
  const std::int64_t first =
      finite.logical_not().reshape({-1}).nonzero()[0][0].item<std::int64_t>();
  throw NumericError(fmt::format(
      "{}: height[{}, {}] = {} is not finite; check the design before it is built", who,
      first / grid.n_x, first % grid.n_x, height.detach().reshape({-1})[first].item<double>()));
}

}  // namespace parfocal::optics
