// SPDX-License-Identifier: Apache-2.0
#include "solvers/metrics/matching.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <fmt/format.h>

#include "core/error.h"
#include "core/tensor/tensor_checks.h"

namespace parfocal::solvers {
namespace {

at::Tensor window_of(const at::Tensor& image, const Matching& matching, const std::string& metric) {
  if (!matching.window) return image;
  const auto& [y0, y1, x0, x1] = *matching.window;
  if (y1 > image.size(-2) || x1 > image.size(-1)) {
    throw UsageError(fmt::format("{}: window = [{}, {}, {}, {}] leaves the image of {} x {} pixels",
                                 metric, y0, y1, x0, x1, image.size(-2), image.size(-1)));
  }
  return image.slice(-2, y0, y1).slice(-1, x0, x1);
}

/// [batch, 1, 1, 1]
at::Tensor scale_of(const at::Tensor& e, const at::Tensor& x, ScaleMatch match) {
  if (match == ScaleMatch::kMaximum) {
    return x.amax({1, 2, 3}, true) / e.amax({1, 2, 3}, true);
  }
  return (e * x).sum({1, 2, 3}, true) / (e * e).sum({1, 2, 3}, true);
}

}  // namespace

std::string Matching::mistake() const {
  if (clip && (*clip)[0] >= (*clip)[1]) return "clip: expected [low, high] with low < high";
  if (!window) return "";
  const auto& [y0, y1, x0, x1] = *window;
  const bool good = y0 >= 0 && y0 < y1 && x0 >= 0 && x0 < x1;
  return good ? "" : "window: expected [y0, y1, x0, x1] with 0 <= y0 < y1 and 0 <= x0 < x1";
}

std::pair<at::Tensor, at::Tensor> matched(const at::Tensor& estimate, const at::Tensor& reference,
                                          const Matching& matching, const std::string& metric) {
  check_tensor("estimate", estimate, estimate.scalar_type(), reference.sizes(), reference.device());
  at::Tensor e = window_of(estimate.to(at::kDouble), matching, metric);
  const at::Tensor x = window_of(reference.to(at::kDouble), matching, metric);
  if (matching.scale != ScaleMatch::kNone) e = e * scale_of(e, x, matching.scale);
  if (matching.clip) e = e.clamp((*matching.clip)[0], (*matching.clip)[1]);
  return {e, x};
}

at::Tensor peak_of(const at::Tensor& reference, std::optional<double> stated,
                   const std::string& metric) {
  if (stated) return at::full({reference.size(0)}, *stated, reference.options());
  const at::Tensor peak = reference.amax({1, 2, 3});
  if (peak.gt(0).all().item<bool>()) return peak;
  throw NumericError(metric + ": the reference has no value above 0, so it has no peak");
}

}  // namespace parfocal::solvers
