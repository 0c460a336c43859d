// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/poisson_detector.h"

#include <ATen/TensorOperators.h>

#include "optics/detectors/camera_keys.h"
#include "optics/detectors/pixel_sums.h"
#include "optics/detectors/poisson_draw.h"

namespace parfocal::optics {
namespace {
constexpr double kTangentBelow = 1e-3;
}

void PoissonDetector::describe(Schema<Params>& s) {
  s.summary("An ideal photon counter.");
  s.equation(
      "y ~ Poisson(lam),  lam = quantum_efficiency m + dark,  nll = sum lam - y log lam + log y!");
  s.convention("Below lam = 1e-3 the tangent continues nll.");
  s.gradient("surrogate: dn/dmean = 1 + e/(2 sqrt(mean)), e = (n - mean)/sqrt(mean); 1 below 1e-6");
  s.key("quantum_efficiency", &Params::quantum_efficiency)
      .above(0.0)
      .at_most(1.0)
      .trainable("1")
      .doc("Electrons per photon.");
  s.key("dark", &Params::dark)
      .at_least(Electrons::from_si(0.0))
      .trainable("e-")
      .doc("Expected electrons per pixel without light.");
}

PoissonDetector::PoissonDetector(const Params& params, const BuildContext& context)
    : quantum_efficiency_(context, "quantum_efficiency", params.quantum_efficiency, kEfficiency),
      dark_(context, "dark", params.dark, kElectronsFromZero) {}

at::Tensor PoissonDetector::electrons(const at::Tensor& mean) const {
  return mean * quantum_efficiency_.si() + dark_.si();
}

at::Tensor PoissonDetector::sample(const at::Tensor& mean, RandomStream& random) const {
  return poisson_draw(electrons(mean), random);
}

at::Tensor PoissonDetector::negative_log_likelihood(const at::Tensor& mean,
                                                    const at::Tensor& counts) const {
  const at::Tensor y = without_dead(counts);
  const at::Tensor lam = electrons(mean);
  const at::Tensor bounded = lam.clamp_min(kTangentBelow);
  const at::Tensor tangent = (lam - bounded) * (1.0 - y / kTangentBelow);
  const at::Tensor nll = bounded - y * bounded.log() + (y + 1.0).lgamma() + tangent;
  return sum_per_item(nll * counted(counts));
}

at::Tensor PoissonDetector::gradient(const at::Tensor& mean, const at::Tensor& counts) const {
  const at::Tensor lam = electrons(mean).clamp_min(kTangentBelow);
  return (1.0 - without_dead(counts) / lam) * counted(counts) * quantum_efficiency_.si();
}

at::Tensor PoissonDetector::fisher_weight(const at::Tensor& mean) const {
  return electrons(mean).clamp_min(kTangentBelow).reciprocal() * quantum_efficiency_.si().square();
}

Likelihood::Quadratic PoissonDetector::quadratic(const at::Tensor& counts) const {
  const at::Tensor y = without_dead(counts);
  const at::Tensor efficiency = quantum_efficiency_.si();
  return {(y - dark_.si()) / efficiency,
          y.clamp_min(1.0).reciprocal() * counted(counts) * efficiency.square()};
}

}  // namespace parfocal::optics
