// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/operators/component.h"
#include "optics/sources/led_layout.h"
#include "optics/sources/source.h"
#include "optics/sources/spectrum.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// LEDs on a board before the first plane, each an incoherent mode of its own:
///
///   irradiance = sum_q brightness_q |U_q|^2
///   plane:     U_q = exp(i 2 pi (s_y y + s_x x)),
///              s = -(index_medium / wavelength) (Y_q, X_q) / sqrt(X_q^2 + Y_q^2 + height^2)
///   spherical: U_q the exact wave of a point at (Y_q, X_q), see `PointSource`
///   (Y, X) = rotation (positions) + offset
///
/// G. Zheng, R. Horstmeyer and C. Yang, Nature Photonics 7, 739 (2013) (plane waves of an array);
/// L. Tian and L. Waller, Opt. Express 23, 11394 (2015) (half discs for phase contrast).
/// Convention: an LED at +x lights towards -x. Brightness is the irradiance on the optical axis.
///             The azimuth of an LED is that of its place, from x towards y; the NA is the sine of
///             the angle at which it is seen from the centre of the first plane.
/// Layout:     leaves `positions` [lit, 2] (y, x on the board) and `brightness` [lit], in the order
///             of the layout.
/// Units:      positions, offset and height in mm, rotation in rad, brightness 1, >= 0.
/// Invariants: the waves tend to plane ones as the board moves away with its NA kept. Which LEDs
///             are lit is settled when the array is built.
/// Errors:     ConfigError where no LED is lit, or brightness has another length; SamplingError for
///             a wave beyond the Nyquist frequency of the samples.
/// Tested by:  tests/optics/sources/led_array_test.cpp.
class LedArray final : public Source {
 public:
  enum class Wave { kPlane, kSpherical };
  struct Params {
    Length wavelength;
    std::optional<Spectrum::Params> spectrum;
    Length height;
    std::optional<LedGrid> grid;
    std::optional<LedRings> rings;
    std::optional<std::vector<std::array<Length, 2>>> positions;  ///< [y, x] each
    Angle rotation{};
    std::array<Length, 2> offset{};  ///< [y, x]
    std::optional<std::vector<std::int64_t>> lit;
    std::optional<std::array<double, 2>> na;
    std::optional<std::array<Angle, 2>> azimuth;
    std::optional<std::vector<double>> brightness;
    Wave wave = Wave::kPlane;
  };
  static void describe(Schema<Params>& s);

  LedArray(const Params& params, const BuildContext& context);

  [[nodiscard]] std::vector<SpectralLine> lines() const override { return spectrum_.lines(); }
  [[nodiscard]] Illumination illuminate(const Beam& beam) const override;

 private:
  /// Places after posing, float64 [lit, 2].
  [[nodiscard]] at::Tensor places_m() const;

  std::string path_;
  Wave wave_;
  Spectrum spectrum_;
  Trainable positions_, brightness_, height_, rotation_, offset_;
};

}  // namespace parfocal::optics
