// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "optics/sources/source.h"
#include "optics/sources/spectrum.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// Koehler illumination: an incoherent source of uniform radiance, seen from every point of the
/// plane under the same angles. Abbe's sum over `points` plane waves of equal weight:
///
///   irradiance = (1 / points) sum_j |exp(i 2 pi s_j r)|^2,   s_j = (NA / wavelength) rho_j (y, x)
///   rho_j^2 = q^2 + (1 - q^2) t_j,   azimuth_j = direction + sector (frac(j / golden + 1/2) - 1/2)
///   t_j = (j + 1/2) / points,   q = inner_ratio
///
/// H. H. Hopkins, Proc. R. Soc. A 217, 408 (1953); points of equal area on Fermat's spiral:
/// H. Vogel, Math. Biosciences 44, 179 (1979). Degree of coherence of the disc (van Cittert,
/// Zernike): |2 J_1(v) / v|, v = 2 pi D NA / wavelength, first zero at D = 0.61 wavelength / NA.
/// Convention: direction: the azimuth of travel of the middle of the source, from x towards y.
///             With angular_radius instead of na, NA = index_medium sin(angular_radius).
/// Units:      leaves `na` 1 or `angular_radius` rad, `inner_ratio` 1, `sector` and `direction`
///             rad.
/// Invariants: the degree of coherence of a disc is off by less than 3 / points up to v = 10; the
///             points are discrete, so this holds for v << sqrt(points) only.
/// Errors:     UsageError for an NA not below the index; SamplingError for one beyond the Nyquist
///             frequency of the samples.
/// Tested by:  tests/optics/sources/extended_source_test.cpp.
class ExtendedSource final : public Source {
 public:
  struct Params {
    Length wavelength;
    std::optional<Spectrum::Params> spectrum;
    std::string shape = "disc";
    std::optional<double> na;
    std::optional<Angle> angular_radius;
    double inner_ratio = 0.0;
    Angle sector = Angle::from_rad(6.283185307179586);
    Angle direction{};
    std::int64_t points = 100;
  };
  static void describe(Schema<Params>& s);

  ExtendedSource(const Params& params, const BuildContext& context);

  [[nodiscard]] std::vector<SpectralLine> lines() const override { return spectrum_.lines(); }
  [[nodiscard]] Illumination illuminate(const Beam& beam) const override;

 private:
  /// Points of the source relative to its rim, float64 [points, 2].
  [[nodiscard]] at::Tensor points() const;

  std::string path_;
  std::int64_t count_;
  Spectrum spectrum_;
  Trainable na_, angular_radius_, inner_ratio_, sector_, direction_;
};

}  // namespace parfocal::optics
