// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/gaussian_detector.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>

#include "optics/detectors/pixel_sums.h"

namespace parfocal::optics {

void GaussianDetector::describe(Schema<Params>& s) {
  s.summary("Additive normal noise of one strength; the likelihood of least squares.");
  s.equation("y = m + sigma e,  nll = 1/2 sum (m - y)^2 / sigma^2");
  s.convention("sigma in the unit of the data; pixels that are not finite have weight 0.");
  s.gradient("exact");
  s.key("sigma", &Params::sigma).above(0.0).doc("Standard deviation, in the unit of the data.");
}

GaussianDetector::GaussianDetector(const Params& params, const BuildContext&)
    : sigma_(params.sigma), weight_(1.0 / (params.sigma * params.sigma)) {}

at::Tensor GaussianDetector::sample(const at::Tensor& mean, RandomStream& random) const {
  return mean + random.normal(mean.sizes(), mean.scalar_type(), mean.device()) * sigma_;
}

at::Tensor GaussianDetector::negative_log_likelihood(const at::Tensor& mean,
                                                     const at::Tensor& counts) const {
  const at::Tensor residual = (mean - without_dead(counts)) * counted(counts);
  return sum_per_item(residual.square()) * (0.5 * weight_);
}

at::Tensor GaussianDetector::gradient(const at::Tensor& mean, const at::Tensor& counts) const {
  return (mean - without_dead(counts)) * counted(counts) * weight_;
}

at::Tensor GaussianDetector::fisher_weight(const at::Tensor& mean) const {
  return at::full_like(mean, weight_);
}

Likelihood::Quadratic GaussianDetector::quadratic(const at::Tensor& counts) const {
  return {without_dead(counts), counted(counts) * weight_};
}

}  // namespace parfocal::optics
