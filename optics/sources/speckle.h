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

/// Fully developed speckle: a circular complex Gaussian field through a round pupil.
///
///   U(r) = N^(-1/2) sum over |k| <= n of  a_k exp(i 2 pi (f_c / n) k r),   a_k ~ CN(0, 1)
///   autocovariance of the irradiance: (2 J_1(v) / v)^2,   v = 2 pi f_c D
///   grain_size = 0.514497 / f_c,  its full width at half maximum
///
/// J. W. Goodman, Speckle Phenomena in Optics (2007), chapters 3 and 4.
/// Convention: k are pairs of whole numbers, N of them in the pupil. `average` patterns of equal
///             weight are incoherent modes. The grain belongs to the plane: every line of a
///             spectrum has the same pattern. Mean irradiance 1 over an ensemble of seeds.
/// Units:      leaf `grain_size` in um.
/// Invariants: contrast 1, and 1 / sqrt(average) of the sum; the pattern is a function of the
///             place: finer samples of the same extent show the same field, the same seed gives the
///             same patterns in every run.
/// Errors:     SamplingError where f_c exceeds the Nyquist frequency of the samples; UsageError
///             where the grain was trained below half of the size that it was built with.
/// Tested by:  tests/optics/sources/speckle_test.cpp (contrast, width of the autocovariance).
class Speckle final : public Source {
 public:
  struct Params {
    Length wavelength;
    std::optional<Spectrum::Params> spectrum;
    Length grain_size;
    std::int64_t average = 1;
    std::int64_t seed = 0;
  };
  static void describe(Schema<Params>& s);

  Speckle(const Params& params, const BuildContext& context);

  [[nodiscard]] std::vector<SpectralLine> lines() const override { return spectrum_.lines(); }
  [[nodiscard]] Illumination illuminate(const Beam& beam) const override;

 private:
  void check_grain(double cutoff_per_m, std::int64_t half, const Grid& grid) const;

  std::string path_;
  std::int64_t average_, seed_;
  double built_grain_m_;
  Spectrum spectrum_;
  Trainable grain_size_;
};

}  // namespace parfocal::optics
