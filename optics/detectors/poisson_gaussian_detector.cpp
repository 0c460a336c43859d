// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/poisson_gaussian_detector.h"

#include <cmath>

#include "optics/detectors/camera_keys.h"

namespace parfocal::optics {

void PoissonGaussianDetector::describe(Schema<Params>& s) {
  s.summary("A scientific camera: shot noise, read noise, gain, offset, digitisation, saturation.");
  s.equation(
      "n = min(Poisson(quantum_efficiency m + dark), full_well)\n"
      "y = clip(floor(gain (n + N(0, read_noise)) + offset + 1/2), 0, 2^bits - 1)\n"
      "nll = sum 1/2 (y - E y)^2 / V + 1/2 log(2 pi V),  V = gain^2 (lam + read_noise^2) + 1/12");
  describe_camera(s);
  s.key("read_noise", &Params::read_noise)
      .at_least(Electrons::from_si(0.0))
      .trainable("e-")
      .doc("Standard deviation of the read-out, in electrons.");
  s.key("gain", &Params::gain).above(0.0).trainable("ADU/e-").doc("Counts (ADU) per electron.");
  s.key("offset", &Params::offset)
      .at_least(Counts::from_si(0.0))
      .trainable("ADU")
      .doc("Counts of a pixel without electrons.");
  s.key("full_well", &Params::full_well)
      .above(Electrons::from_si(0.0))
      .doc("Electrons that a pixel holds; the converter alone limits if absent.");
  s.block("binning", &Params::binning).doc("Pixels that give one count.");
  s.check([](const Params& p) -> std::string {
    return p.offset.counts() < std::exp2(static_cast<double>(p.bits)) - 1.0
               ? ""
               : "offset: expected less than the top code 2^bits - 1";
  });
}

PoissonGaussianDetector::PoissonGaussianDetector(const Params& params, const BuildContext& context)
    : CountingCamera(context, {params.bits, params.full_well, params.binning}),
      quantum_efficiency_(context, "quantum_efficiency", params.quantum_efficiency, kEfficiency),
      dark_(context, "dark", params.dark, kElectronsFromZero),
      read_noise_(context, "read_noise", params.read_noise, kElectronsFromZero),
      gain_(context, "gain", params.gain, kGain),
      offset_(context, "offset", params.offset, kOffset) {}

Readout PoissonGaussianDetector::readout() const {
  return {quantum_efficiency_.si(), dark_.si(), gain_.si(), offset_.si(), read_noise_.si(),
          read_noise_.si().square()};
}

}  // namespace parfocal::optics
