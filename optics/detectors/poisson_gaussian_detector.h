// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "optics/detectors/counting_camera.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A scientific camera whose pixels are alike: photons -> electrons -> read noise -> counts, as
/// `CountingCamera` says, with one gain, offset and read noise.
///
/// Units:      leaves `quantum_efficiency` in 1, `dark` and `read_noise` in e-, `gain` in ADU/e-,
///             `offset` in ADU.
/// Tested by:  tests/optics/detectors/poisson_gaussian_detector_test.cpp.
class PoissonGaussianDetector final : public CountingCamera {
 public:
  struct Params {
    double quantum_efficiency = 1.0;
    Electrons dark;
    Electrons read_noise;
    double gain = 1.0;  ///< ADU per electron.
    Counts offset;
    std::int64_t bits = 16;
    std::optional<Electrons> full_well;
    Binning binning;
  };
  static void describe(Schema<Params>& s);

  PoissonGaussianDetector(const Params& params, const BuildContext& context);

 private:
  [[nodiscard]] Readout readout() const override;

  Trainable quantum_efficiency_, dark_, read_noise_, gain_, offset_;
};

}  // namespace parfocal::optics
