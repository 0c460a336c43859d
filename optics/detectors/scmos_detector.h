// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "optics/detectors/counting_camera.h"
#include "optics/detectors/typical_sensor.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A CMOS camera, every pixel with its own offset, read variance and gain, as `CountingCamera` says
/// with
///
///   read_noise_k = sqrt(variance_k) / gain_k
///
/// F. Huang et al., Nature Methods 10, 653 (2013): that likelihood has mean and variance as here,
/// approximated by a shifted Poisson one.
/// Layout:     maps [n_y, n_x] over the pixels that are read: of the sensor where counts are
///             binned.
/// Units:      leaves `offset` in ADU, `variance` in ADU^2, `gain` in ADU/e-.
/// Errors:     DataError for a gain that is not above 0, or a variance or offset below 0, with the
///             first pixel;
///             SamplingError for maps of different sizes or not of the size of the sensor.
/// Tested by:  tests/optics/detectors/scmos_detector_test.cpp.
class ScmosDetector final : public CountingCamera {
 public:
  struct Typical {
    std::array<std::int64_t, 2> size{0, 0};
    std::int64_t seed = 0;
    static void describe(Schema<Typical>& s);
  };
  struct Params {
    double quantum_efficiency = 1.0;
    Electrons dark;
    std::optional<ImageFile> offset, variance, gain;
    std::optional<Typical> typical;
    std::int64_t bits = 16;
    std::optional<Electrons> full_well;
    std::int64_t binning = 1;
  };
  static void describe(Schema<Params>& s);

  ScmosDetector(const Params& params, const BuildContext& context);

 private:
  [[nodiscard]] Readout readout() const override;
  void check_maps(const SensorMaps& maps) const;

  Trainable quantum_efficiency_, dark_, offset_, variance_, gain_;
};

}  // namespace parfocal::optics
