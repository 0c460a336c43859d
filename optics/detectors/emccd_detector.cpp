// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/emccd_detector.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/where.h>

#include <cmath>

#include "core/tensor/straight_through.h"
#include "optics/detectors/camera_keys.h"
#include "optics/detectors/pixel_sums.h"

namespace parfocal::optics {
namespace {

constexpr double kTangentBelow = 1e-3;
constexpr double kNormalFrom = 1e4;
constexpr std::int64_t kTableSize = 129;
const double kFirst = std::log(kTangentBelow);
const double kStep = std::log(kNormalFrom / kTangentBelow) / static_cast<double>(kTableSize - 1);

/// Electrons behind the register, with the derivative of the normal variate that has their mean and
/// variance, dz / dnu = (g + z / nu) / 2; g below nu = 1e-6.
at::Tensor multiplied(const at::Tensor& nu, const at::Tensor& gain, RandomStream& random) {
  const at::Tensor known = nu.detach().clamp_min(0.0);
  const at::Tensor shape = random.gamma(random.poisson(known));
  const at::Tensor z = shape * gain;
  const at::Tensor per_gain = at::where(known < 1e-6, at::full_like(known, 1.0),
                                        0.5 * (1.0 + shape / known.clamp_min(1e-6)));
  return straight_through(nu * per_gain * gain.detach() + z, z);
}

}  // namespace

void EmccdDetector::describe(Schema<Params>& s) {
  s.summary("An electron-multiplying CCD with its exact likelihood.");
  s.equation(
      "n ~ Poisson(quantum_efficiency m + dark),  u ~ Gamma(n, em_gain)\n"
      "y = clip(floor(gain (u + N(0, read_noise)) + offset + 1/2), 0, 2^bits - 1)\n"
      "nll = -sum log p(y),  p the convolution of Poisson, Gamma and normal densities");
  s.citation("K. I. Mortensen et al., Nature Methods 7, 377, 2010");
  s.convention(
      "Below nu = 1e-3 the tangent continues nll; top codes and dead pixels have weight 0.");
  s.gradient(
      "surrogate: dz/dnu = (g + z/nu)/2 of the electrons behind the register, g below 1e-6; "
      "rounding passes the gradient, clipping stops it");
  describe_camera_keys(s);
  s.key("em_gain", &Params::em_gain)
      .above(1.0)
      .trainable("1")
      .doc("Mean electrons behind the register per electron before.");
  s.key("read_noise", &Params::read_noise)
      .at_least(Electrons::from_si(0.0))
      .trainable("e-")
      .doc("Standard deviation of the read-out, in electrons behind the register.");
  s.key("gain", &Params::gain)
      .above(0.0)
      .trainable("ADU/e-")
      .doc("Counts (ADU) per electron behind the register.");
  s.key("offset", &Params::offset)
      .at_least(Counts::from_si(0.0))
      .trainable("ADU")
      .doc("Counts of a pixel without electrons.");
  s.check([](const Params& p) -> std::string {
    if (p.read_noise.electrons() > p.em_gain) {
      return "read_noise: expected at most em_gain; a register that multiplies by less is of no "
             "use";
    }
    return p.offset.counts() < std::exp2(static_cast<double>(p.bits)) - 1.0
               ? ""
               : "offset: expected less than the top code 2^bits - 1";
  });
}

EmccdDetector::EmccdDetector(const Params& params, const BuildContext& context)
    : quantum_efficiency_(context, "quantum_efficiency", params.quantum_efficiency, kEfficiency),
      dark_(context, "dark", params.dark, kElectronsFromZero),
      em_gain_(context, "em_gain", params.em_gain, LeafUnit{"1", 1.0, Bounds::above(1.0)}),
      read_noise_(context, "read_noise", params.read_noise, kElectronsFromZero),
      gain_(context, "gain", params.gain, kGain),
      offset_(context, "offset", params.offset, kOffset),
      top_code_(std::exp2(static_cast<double>(params.bits)) - 1.0) {}

at::Tensor EmccdDetector::electrons(const at::Tensor& mean) const {
  return mean * quantum_efficiency_.si() + dark_.si();
}

at::Tensor EmccdDetector::behind_register(const at::Tensor& counts) const {
  return (without_dead(counts) - offset_.si()) / gain_.si();
}

ElectronMultiplication EmccdDetector::register_and_read() const {
  const at::Tensor rounding = (12.0 * gain_.si().square()).reciprocal();
  return {em_gain_.si(), (read_noise_.si().square() + rounding).sqrt()};
}

at::Tensor EmccdDetector::valid(const at::Tensor& counts) const {
  return counted(counts) * (counts < top_code_);
}

at::Tensor EmccdDetector::sample(const at::Tensor& mean, RandomStream& random) const {
  const at::Tensor z = multiplied(electrons(mean), em_gain_.si(), random);
  const at::Tensor read = random.normal(mean.sizes(), mean.scalar_type(), mean.device());
  const at::Tensor level = (z + read * read_noise_.si()) * gain_.si() + offset_.si();
  return straight_through(level.clamp(0.0, top_code_),
                          (level.detach() + 0.5).floor().clamp(0.0, top_code_));
}

at::Tensor EmccdDetector::negative_log_likelihood(const at::Tensor& mean,
                                                  const at::Tensor& counts) const {
  const at::Tensor nu = electrons(mean), z = behind_register(counts);
  const at::Tensor bounded = nu.clamp_min(kTangentBelow);
  const ElectronMultiplication em = register_and_read();
  at::Tensor log_p = em.log_density(bounded, z) - gain_.si().log();
  if ((nu < kTangentBelow).any().item<bool>()) {
    log_p = log_p + (nu - bounded) * em.score(bounded, z);
  }
  return -sum_per_item(log_p * valid(counts));
}

at::Tensor EmccdDetector::gradient(const at::Tensor& mean, const at::Tensor& counts) const {
  const at::Tensor nu = electrons(mean).clamp_min(kTangentBelow);
  return -register_and_read().score(nu, behind_register(counts)) * valid(counts) *
         quantum_efficiency_.si();
}

at::Tensor EmccdDetector::table() const {
  const ElectronMultiplication em = register_and_read();
  const double ratio = (em.read_noise / em.gain).item<double>();
  const std::lock_guard lock(mutex_);
  if (ratio == tabulated_ratio_) return table_;
  table_ = at::empty({kTableSize}, at::kDouble);
  double* entry = table_.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < kTableSize; ++i) {
    const double nu = std::exp(kFirst + kStep * static_cast<double>(i));
    entry[i] = nu * em.information(nu);
  }
  tabulated_ratio_ = ratio;
  return table_;
}

at::Tensor EmccdDetector::information(const at::Tensor& nu) const {
  const at::Tensor bounded = nu.clamp_min(kTangentBelow);
  const at::Tensor place = (bounded.clamp_max(kNormalFrom).to(at::kDouble).log() - kFirst) / kStep;
  const at::Tensor first =
      (place.detach().nan_to_num(0.0).floor() - 1.0).clamp(0.0, kTableSize - 4.0);
  const at::Tensor t = place - first;  // The nodes of the cubic are 0 .. 3.
  const at::Tensor index = first.to(at::kLong), values = table().to(nu.device());
  const auto node = [&](std::int64_t i) { return values.take(index + i); };
  const at::Tensor cubic = node(0) * ((t - 1.0) * (t - 2.0) * (t - 3.0) / -6.0) +
                           node(1) * (t * (t - 2.0) * (t - 3.0) / 2.0) +
                           node(2) * (t * (t - 1.0) * (t - 3.0) / -2.0) +
                           node(3) * (t * (t - 1.0) * (t - 2.0) / 6.0);
  const ElectronMultiplication em = register_and_read();
  const at::Tensor noise = (em.read_noise / em.gain).square();
  return at::where(nu < kNormalFrom, cubic.to(nu.scalar_type()) / bounded,
                   (2.0 * bounded + noise).reciprocal());
}

at::Tensor EmccdDetector::fisher_weight(const at::Tensor& mean) const {
  return information(electrons(mean)) * quantum_efficiency_.si().square();
}

Likelihood::Quadratic EmccdDetector::quadratic(const at::Tensor& counts) const {
  const at::Tensor nu = behind_register(counts) / em_gain_.si();
  const at::Tensor efficiency = quantum_efficiency_.si();
  return {(nu - dark_.si()) / efficiency,
          information(nu.clamp_min(1.0)) * valid(counts) * efficiency.square()};
}

}  // namespace parfocal::optics
