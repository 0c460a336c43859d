// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/operators/component.h"
#include "optics/sources/source.h"
#include "optics/sources/spectrum.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A Gaussian Schell-model beam in its waist, by coherent modes. Along each axis, with the waist w
/// (1/e^2 radius of the irradiance) and the coherence width g:
///
///   W(x_1, x_2) = exp(-(x_1^2 + x_2^2) / w^2 - (x_1 - x_2)^2 / (2 g^2)) = sum_n b_n u_n(x_1) u_n(x_2)
///   b_n = (1 - q) q^n,   q = b / (a + b + c),   a = 1 / w^2,  b = 1 / (2 g^2),  c^2 = a^2 + 2 a b
///   u_n(x) = (pi w^2 / 2)^(1/4) (2 c / pi)^(1/4) (2^n n!)^(-1/2) H_n(sqrt(2 c) x) exp(-c x^2)
///
/// A. Starikov and E. Wolf, J. Opt. Soc. Am. 72, 923 (1982); F. Gori, Opt. Commun. 34,
/// 301 (1980). The modes of the plane are products, one factor from each axis.
/// Convention: the degree of coherence over the distance D is exp(-D^2 / (2 g^2)). Irradiance 1 in
///             the centre. A tilt multiplies by a plane wave; positive travels towards +y, +x.
/// Units:      leaves `waist`, `waist_y`, `coherence`, `coherence_y`, `centre` in um, `tilt` in
///             rad.
/// Invariants: modes are kept in order of their power until they hold 1 - tolerance of it; their
///             weights are not renormalised. The leaves decide how many that are: gradients are
///             those of the kept ones.
/// Errors:     UsageError where more than 2000 modes are needed; SamplingError where the samples do
///             not resolve the highest mode.
/// Tested by:  tests/optics/sources/gaussian_schell_test.cpp (mutual intensity of the closed form).
class GaussianSchell final : public Source {
 public:
  struct Params {
    Length wavelength;
    std::optional<Spectrum::Params> spectrum;
    Length waist;
    std::optional<Length> waist_y;
    Length coherence;
    std::optional<Length> coherence_y;
    double tolerance = 1e-3;
    std::array<Angle, 2> tilt{};     ///< [y, x]
    std::array<Length, 2> centre{};  ///< [y, x]
  };
  static void describe(Schema<Params>& s);

  GaussianSchell(const Params& params, const BuildContext& context);

  [[nodiscard]] std::vector<SpectralLine> lines() const override { return spectrum_.lines(); }
  [[nodiscard]] Illumination illuminate(const Beam& beam) const override;

 private:
  std::string path_;
  double tolerance_;
  Spectrum spectrum_;
  Trainable waist_, waist_y_, coherence_, coherence_y_, tilt_, centre_;
};

}  // namespace parfocal::optics
