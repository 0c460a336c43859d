// SPDX-License-Identifier: Apache-2.0
#include "solvers/localization/counting_noise.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/where.h>

#include <limits>

#include "core/check.h"
#include "core/error.h"

namespace parfocal::solvers {
namespace {

/// Variance of the estimated photons of one pixel where `mean` photons are expected.
at::Tensor variance_at(const Likelihood& detector, const at::Tensor& frame, double mean) {
  return detector.fisher_weight(at::full_like(frame, mean)).reciprocal();
}

}  // namespace

CountingNoise counting_noise(const Likelihood& detector, const at::Tensor& counts) {
  PARFOCAL_CHECK(counts.dim() == 4);
  PARFOCAL_CHECK(counts.size(1) == 1);
  const at::Tensor wide = counts.to(at::kDouble);
  const at::Tensor frame = wide.narrow(0, 0, 1);
  const at::Tensor low = variance_at(detector, frame, 10.0);
  const at::Tensor slope = (variance_at(detector, frame, 100.0) - low) / 90.0;
  const at::Tensor high = variance_at(detector, frame, 1000.0);
  const at::Tensor bend = (high - low - 990.0 * slope).abs() / high;
  const double spread = (slope.max() - slope.min()).item<double>();
  const double gain = slope.mean().item<double>();
  if (!(gain > 0.0) || spread > 1e-6 * gain || bend.max().item<double>() > 1e-6) {
    throw UsageError(
        "detector: a fit of emitters needs counts whose variance is a straight line in the mean, "
        "alike in every pixel (poisson, poisson_gaussian, scmos); this detector has another one");
  }
  const Likelihood::Quadratic term = detector.quadratic(wide);
  CountingNoise noise;
  noise.values = (term.target / gain).squeeze(1).contiguous();
  const at::Tensor dead = at::full_like(noise.values, std::numeric_limits<double>::quiet_NaN());
  noise.electrons = at::where(term.weight.squeeze(1) > 0.0, noise.values, dead).contiguous();
  const at::Tensor variance = ((low - 10.0 * slope) / (gain * gain)).squeeze(0).squeeze(0);
  if (variance.max().item<double>() > 1e-9) noise.variance = variance.clamp_min(0.0).contiguous();
  return noise;
}

}  // namespace parfocal::solvers
