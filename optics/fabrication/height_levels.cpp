// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/height_levels.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/remainder.h>
#include <ATen/ops/sigmoid.h>
#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "core/check.h"
#include "core/error.h"
#include "core/tensor/straight_through.h"

namespace parfocal::optics {
namespace {

/// A height this close below a whole period is a whole period that was rounded.
constexpr double kRounding = 1e-12;

}  // namespace

at::Tensor wrap_height(const at::Tensor& height, double period) {
  PARFOCAL_CHECK(period > 0.0);
  const at::Tensor rest = at::remainder(height.detach(), period);
  return straight_through(height, rest.masked_fill(rest >= period * (1.0 - kRounding), 0.0));
}

at::Tensor quantize_height(const at::Tensor& height, double period, std::int64_t levels) {
  PARFOCAL_CHECK(period > 0.0);
  PARFOCAL_CHECK(levels >= 2);
  const double step = period / static_cast<double>(levels);
  const at::Tensor level = at::remainder((height.detach() / step).round(), levels);
  return straight_through(height, level * step);
}

at::Tensor soften_height(const at::Tensor& height, double period, std::int64_t levels,
                         const at::Tensor& softness) {
  PARFOCAL_CHECK(period > 0.0);
  PARFOCAL_CHECK(levels >= 2);
  const double step = period / static_cast<double>(levels);
  const at::Tensor steps = height / step;
  const at::Tensor level = steps.detach().round();
  const at::Tensor below = (steps.detach() < level).to(height.scalar_type());
  const at::Tensor along = steps - level + below;
  const auto riser = [&](const at::Tensor& f) { return at::sigmoid((f - 0.5) / softness); };
  const at::Tensor first = at::sigmoid(-0.5 / softness);
  const at::Tensor s = (riser(along) - first) / (1.0 - 2.0 * first);
  return (at::remainder(level, levels) + s - below) * step;
}

Piston scan_piston(const std::function<double(double height)>& cost, double step,
                   std::int64_t candidates) {
  PARFOCAL_CHECK(step > 0.0);
  PARFOCAL_CHECK(candidates >= 1);
  std::optional<Piston> best;
  for (std::int64_t i = 0; i < candidates; ++i) {
    const double height = step * static_cast<double>(i) / static_cast<double>(candidates);
    const double value = cost(height);
    if (!std::isnan(value) && (!best || value < best->cost)) best = Piston{height, value};
  }
  if (best) return *best;
  throw NumericError(fmt::format(
      "piston: the cost is not a number for any of {} pistons; check the design before it is "
      "quantized",
      candidates));
}

}  // namespace parfocal::optics
