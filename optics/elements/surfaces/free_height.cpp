// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/free_height.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/logit.h>
#include <ATen/ops/sigmoid.h>
#include <fmt/format.h>

#include "core/error.h"
#include "optics/length_text.h"

namespace parfocal::optics {
namespace {

at::Tensor logit_of(const at::Tensor& start_m, double height_max_m, const std::string& path) {
  const double lowest = start_m.min().item<double>(), highest = start_m.max().item<double>();
  if (lowest > 0.0 && highest < height_max_m) return at::logit(start_m / height_max_m);
  throw UsageError(fmt::format(
      "{}.height_max = {}: the start {} .. {} must lie between 0 and it, both excluded; start "
      "inside or leave height_max out",
      path, length_text(height_max_m), length_text(lowest), length_text(highest)));
}

Trainable leaf_of(const BuildContext& context, const at::Tensor& start_m,
                  const std::optional<Length>& height_max) {
  if (!height_max) return {context, "height", start_m, at::kDouble, LeafUnit{"um", 1e-6}};
  return {context, "height_logit", logit_of(start_m, height_max->m(), context.path), at::kDouble,
          LeafUnit{"1"}};
}

}  // namespace

FreeHeight::FreeHeight(const BuildContext& context, const at::Tensor& start_m,
                       const std::optional<Length>& height_max)
    : leaf_(leaf_of(context, start_m, height_max)) {
  if (height_max) height_max_m_ = height_max->m();
}

at::Tensor FreeHeight::si() const {
  return height_max_m_ ? at::sigmoid(leaf_.si()) * *height_max_m_ : leaf_.si();
}

}  // namespace parfocal::optics
