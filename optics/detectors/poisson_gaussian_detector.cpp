// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/poisson_gaussian_detector.h"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/tensor/straight_through.h"
#include "optics/detectors/pixel_sums.h"
#include "optics/detectors/poisson_draw.h"

namespace parfocal::optics {
namespace {
constexpr double kRoundingVariance = 1.0 / 12.0;
}

void PoissonGaussianDetector::describe(Schema<Params>& s) {
  s.summary("A scientific camera: shot noise, read noise, gain, offset, digitisation, saturation.");
  s.equation(
      "n = min(Poisson(quantum_efficiency m + dark), full_well)\n"
      "y = clip(floor(gain (n + N(0, read_noise)) + offset + 1/2), 0, 2^bits - 1)\n"
      "nll = sum 1/2 (y - E y)^2 / V + 1/2 log(2 pi V),  V = gain^2 (lam + read_noise^2) + 1/12");
  s.citation("A. Foi et al., IEEE Trans. Image Process. 17, 1737, 2008");
  s.convention("Saturated and non-finite pixels have weight 0.");
  s.gradient(
      "surrogate: dn/dmean = 1 + e/(2 sqrt(mean)), e = (n - mean)/sqrt(mean), 1 below 1e-6; "
      "rounding "
      "passes the gradient, clipping stops it");
  s.key("quantum_efficiency", &Params::quantum_efficiency)
      .above(0.0)
      .at_most(1.0)
      .doc("Electrons per photon.");
  s.key("dark", &Params::dark)
      .at_least(Electrons::from_si(0.0))
      .doc("Expected electrons per pixel without light.");
  s.key("read_noise", &Params::read_noise)
      .at_least(Electrons::from_si(0.0))
      .doc("Standard deviation of the read-out, in electrons.");
  s.key("gain", &Params::gain).above(0.0).doc("Counts (ADU) per electron.");
  s.key("offset", &Params::offset)
      .at_least(Counts::from_si(0.0))
      .doc("Counts of a pixel without electrons.");
  s.key("bits", &Params::bits)
      .at_least(1)
      .at_most(24)
      .doc("Of the converter: codes 0 .. 2^bits - 1.");
  s.key("full_well", &Params::full_well)
      .above(Electrons::from_si(0.0))
      .doc("Electrons that a pixel holds; the converter alone limits if absent.");
  s.check([](const Params& p) -> std::string {
    return p.offset.counts() < std::exp2(static_cast<double>(p.bits)) - 1.0
               ? ""
               : "offset: expected less than the top code 2^bits - 1";
  });
}

PoissonGaussianDetector::PoissonGaussianDetector(const Params& params, const BuildContext&)
    : params_(params),
      top_code_(std::exp2(static_cast<double>(params.bits)) - 1.0),
      saturated_from_(top_code_) {
  if (params.full_well) {
    saturated_from_ = std::min(top_code_, std::floor(params.gain * params.full_well->electrons() +
                                                     params.offset.counts()));
  }
}

at::Tensor PoissonGaussianDetector::variance(const at::Tensor& electrons) const {
  const double read = params_.read_noise.electrons();
  return (electrons.clamp_min(0.0) + read * read) * (params_.gain * params_.gain) +
         kRoundingVariance;
}

at::Tensor PoissonGaussianDetector::valid(const at::Tensor& counts) const {
  return counted(counts) * (counts < saturated_from_);
}

at::Tensor PoissonGaussianDetector::sample(const at::Tensor& mean, RandomStream& random) const {
  const at::Tensor expected = mean * params_.quantum_efficiency + params_.dark.electrons();
  at::Tensor electrons = poisson_draw(expected, random);
  if (params_.full_well) electrons = electrons.clamp_max(params_.full_well->electrons());
  const at::Tensor read = random.normal(mean.sizes(), mean.scalar_type(), mean.device());
  const at::Tensor level =
      (electrons + read * params_.read_noise.electrons()) * params_.gain + params_.offset.counts();
  return straight_through(level.clamp(0.0, top_code_),
                          (level.detach() + 0.5).floor().clamp(0.0, top_code_));
}

at::Tensor PoissonGaussianDetector::negative_log_likelihood(const at::Tensor& mean,
                                                            const at::Tensor& counts) const {
  const at::Tensor lam = mean * params_.quantum_efficiency + params_.dark.electrons();
  const at::Tensor v = variance(lam);
  const at::Tensor residual = lam * params_.gain + params_.offset.counts() - without_dead(counts);
  const at::Tensor nll = (residual.square() / v + (v * (2.0 * std::numbers::pi)).log()) * 0.5;
  return sum_per_item(nll * valid(counts));
}

at::Tensor PoissonGaussianDetector::gradient(const at::Tensor& mean,
                                             const at::Tensor& counts) const {
  const at::Tensor lam = mean * params_.quantum_efficiency + params_.dark.electrons();
  const at::Tensor v = variance(lam);
  const at::Tensor residual = lam * params_.gain + params_.offset.counts() - without_dead(counts);
  const at::Tensor variance_slope =
      (lam >= 0.0).to(lam.scalar_type()) * (params_.gain * params_.gain);
  const at::Tensor per_electron =
      residual * params_.gain / v + (1.0 - residual.square() / v) * variance_slope / v * 0.5;
  return per_electron * valid(counts) * params_.quantum_efficiency;
}

at::Tensor PoissonGaussianDetector::fisher_weight(const at::Tensor& mean) const {
  const double slope = params_.gain * params_.quantum_efficiency;
  return variance(mean * params_.quantum_efficiency + params_.dark.electrons()).reciprocal() *
         (slope * slope);
}

Likelihood::Quadratic PoissonGaussianDetector::quadratic(const at::Tensor& counts) const {
  const at::Tensor electrons = (without_dead(counts) - params_.offset.counts()) / params_.gain;
  const double slope = params_.gain * params_.quantum_efficiency;
  return {(electrons - params_.dark.electrons()) / params_.quantum_efficiency,
          variance(electrons.clamp_min(1.0)).reciprocal() * valid(counts) * (slope * slope)};
}

}  // namespace parfocal::optics
