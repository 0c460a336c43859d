// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "optics/sources/source.h"
#include "optics/sources/spectrum.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A plane wave of amplitude 1.
///
///   U = exp(i 2 pi (s_y y + s_x x)),   s_a = index_medium sin(tilt_a) / wavelength
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), section 3.10.
/// Convention: a positive tilt travels towards +y, +x; each axis has its own angle, so the wave
///             needs sin^2(tilt_y) + sin^2(tilt_x) < 1.
/// Units:      leaves `wavelength` and `spectrum.bandwidth` in nm, `tilt` in rad.
/// Errors:     SamplingError where the tilt exceeds the Nyquist frequency of the samples.
/// Tested by:  tests/optics/sources/plane_wave_test.cpp.
class PlaneWave final : public Source {
 public:
  struct Params {
    Length wavelength;
    std::optional<Spectrum::Params> spectrum;
    std::array<Angle, 2> tilt{};  ///< [y, x]
  };
  static void describe(Schema<Params>& s);

  PlaneWave(const Params& params, const BuildContext& context);

  [[nodiscard]] std::vector<SpectralLine> lines() const override { return spectrum_.lines(); }
  [[nodiscard]] Illumination illuminate(const Beam& beam) const override;

 private:
  std::string path_;
  Spectrum spectrum_;
  Trainable tilt_;
};

}  // namespace parfocal::optics
