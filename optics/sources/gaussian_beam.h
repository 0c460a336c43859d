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

/// A Gaussian beam, round or elliptic, straight or tilted:
///
///   U = exp(i k z) prod_a (1 + u_a^2)^(-1/4)
///       exp(-r_a^2 / (w_a^2 (1 + u_a^2)) + i r_a^2 u_a / (w_a^2 (1 + u_a^2)) - i atan(u_a) / 2)
///   u_a = (z - waist_position) / z_a,   z_a = pi w_a^2 n / wavelength,   k = 2 pi n / wavelength
///
/// A. E. Siegman, Lasers (1986), section 17.1: width w sqrt(1 + u^2), curvature radius z_a (u +
/// 1/u), Gouy phase atan(u), a half from each axis.
/// Convention: z runs along the beam from the point where its axis meets the first plane, r_y and
///             r_x across it: the axes of the plane, turned by the shortest way onto the beam.
///             waist_position > 0: the waist lies behind the first plane, the light converges.
///             w is the radius where the irradiance falls to 1/e^2. Amplitude 1 in the waist, where
///             phase is 0 but for the Gouy phase. A positive tilt travels towards +y, +x.
/// Units:      leaves `waist`, `waist_y`, `waist_position`, `centre` in um, `tilt` in rad.
/// Precision:  float64; paraxial, errors of the order (wavelength / (pi n w))^2.
/// Errors:     SamplingError where the beam is narrower than a sample, or its phase steps by more
///             than pi per sample.
/// Tested by:  tests/optics/sources/gaussian_beam_test.cpp.
class GaussianBeam final : public Source {
 public:
  struct Params {
    Length wavelength;
    std::optional<Spectrum::Params> spectrum;
    Length waist;
    std::optional<Length> waist_y;
    Length waist_position{};
    std::array<Angle, 2> tilt{};     ///< [y, x]
    std::array<Length, 2> centre{};  ///< [y, x]
  };
  static void describe(Schema<Params>& s);

  GaussianBeam(const Params& params, const BuildContext& context);

  [[nodiscard]] std::vector<SpectralLine> lines() const override { return spectrum_.lines(); }
  [[nodiscard]] Illumination illuminate(const Beam& beam) const override;

 private:
  /// Amplitude and phase along one axis, as factor and addend of those of the beam.
  struct Profile {
    at::Tensor amplitude, phase;
  };
  [[nodiscard]] Profile profile(const at::Tensor& across_m, const at::Tensor& along_m,
                                const at::Tensor& waist_m, const Beam& beam) const;
  void check_resolved(const at::Tensor& waist_m, double pitch_m, std::int64_t samples,
                      const char* axis, const Beam& beam) const;

  std::string path_;
  Spectrum spectrum_;
  Trainable waist_, waist_y_, waist_position_, tilt_, centre_;
};

}  // namespace parfocal::optics
