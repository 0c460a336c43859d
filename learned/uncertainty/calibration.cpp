// SPDX-License-Identifier: Apache-2.0
#include "learned/uncertainty/calibration.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/erfinv.h>
#include <ATen/ops/kthvalue.h>
#include <ATen/ops/scalar_tensor.h>

#include <cmath>
#include <string>

#include "core/error.h"

namespace parfocal::learned {
namespace {

/// Deviations within which a normal error stays with probability p.
double normal_limit(double p) {
  return std::sqrt(2.0) * at::scalar_tensor(p, at::kDouble).erfinv().item<double>();
}

}  // namespace

bool Coverage::is_inside() const { return std::abs(observed - nominal) <= band; }

void Calibration::add(const at::Tensor& object, const at::Tensor& estimate,
                      const at::Tensor& deviation) {
  const at::Tensor error = object.to(at::kDouble) - estimate.to(at::kDouble);
  const at::Tensor spread = deviation.to(at::kDouble).expand_as(error);
  const auto without = (spread > 0).logical_not().sum().item<std::int64_t>();
  if (without > 0) {
    throw NumericError("uncertainty: the deviation is not above 0 in " + std::to_string(without) +
                       " pixels of image " + std::to_string(images()) +
                       "; where a stage clips all draws to one value, widen its range");
  }
  scores_.push_back((error / spread).to(at::kFloat).flatten().cpu());
  deviations_ += spread.sum().item<double>();
  squared_errors_ += error.square().sum().item<double>();
  values_ += static_cast<double>(error.numel());
}

double Calibration::share_within(double limit, std::size_t first) const {
  double sum = 0.0;
  for (std::size_t i = first; i < scores_.size(); ++i) {
    sum += (scores_[i].abs() <= limit).to(at::kDouble).mean().item<double>();
  }
  return sum / static_cast<double>(scores_.size() - first);
}

Coverage Calibration::coverage(double nominal) const {
  if (scores_.empty()) throw UsageError("uncertainty: coverage without images");
  return {nominal, share_within(normal_limit(nominal), 0),
          3.0 * std::sqrt(nominal * (1.0 - nominal) / static_cast<double>(images()))};
}

double Calibration::z_variance() const {
  return at::cat(scores_).to(at::kDouble).var(false).item<double>();
}

double Calibration::mean_deviation() const { return deviations_ / values_; }

double Calibration::rmse() const { return std::sqrt(squared_errors_ / values_); }

std::int64_t Calibration::least_images(double conformal_level) {
  // 1e-9: 0.9 / (1 - 0.9) is 9, not a rounding above it.
  return 2 * static_cast<std::int64_t>(std::ceil(conformal_level / (1.0 - conformal_level) - 1e-9));
}

double Calibration::conformal_scale() const {
  if (images() < least_images(level_)) {
    throw UsageError("uncertainty: " + std::to_string(images()) +
                     " images cannot tell a conformal scale; " +
                     std::to_string(least_images(level_)) + " can");
  }
  const std::vector<at::Tensor> found(scores_.begin(), scores_.begin() + images() / 2);
  const at::Tensor all = at::cat(found).abs();
  const auto m = static_cast<double>(found.size());
  const auto values = static_cast<double>(all.numel());
  const auto rank = static_cast<std::int64_t>(std::ceil(values * (m + 1.0) * level_ / m - 1e-6));
  return std::get<0>(at::kthvalue(all, std::min(rank, all.numel()))).item<double>();
}

double Calibration::conformal_coverage() const {
  return share_within(conformal_scale(), static_cast<std::size_t>(images() / 2));
}

}  // namespace parfocal::learned
