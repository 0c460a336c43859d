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

/// A point before the first plane: an exact spherical wave.
///
///   U = (R_0 / R)^(3/2) exp(i 2 pi index_medium (R - R_0) / wavelength)
///   R: from the point to the sample,   R_0: from the point to the optical axis in the plane
///
/// M. Born and E. Wolf, Principles of Optics, 7th ed. (1999), section 4.8 (irradiance d / R^3).
/// Convention: amplitude 1 and phase 0 on the optical axis.
/// Units:      leaves `distance` and `position` [y, x] in um, `wavelength` in nm.
/// Errors:     ConfigError for a distance of 0 or less; SamplingError where the phase steps by more
///             than pi per sample.
/// Tested by:  tests/optics/sources/point_source_test.cpp.
class PointSource final : public Source {
 public:
  struct Params {
    Length wavelength;
    std::optional<Spectrum::Params> spectrum;
    Length distance;
    std::array<Length, 2> position{};  ///< [y, x]
  };
  static void describe(Schema<Params>& s);

  PointSource(const Params& params, const BuildContext& context);

  [[nodiscard]] std::vector<SpectralLine> lines() const override { return spectrum_.lines(); }
  [[nodiscard]] Illumination illuminate(const Beam& beam) const override;

 private:
  std::string path_;
  Spectrum spectrum_;
  Trainable distance_, position_;
};

}  // namespace parfocal::optics
