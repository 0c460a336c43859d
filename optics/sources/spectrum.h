// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/operators/component.h"
#include "optics/sources/source.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// The colors of a source: a line, or a band of full width `bandwidth` at half maximum.
///
///   wavelength_j = wavelength + bandwidth t_j,   share of the power w_j,   sum_j w_j = 1
///   gauss:      t_j, w_j of Gauss-Hermite (Gaussian band) or Gauss-Legendre (flat band)
///   equal_area: w_j = 1 / samples, t_j the mean of the j-th of `samples` bands of equal power
///
/// G. H. Golub and J. H. Welsch, Math. Comp. 23, 221 (1969).
/// Convention: the band is Gaussian or flat in the wavelength in vacuum.
/// Units:      leaves `wavelength` and `spectrum.bandwidth` in nm.
/// Precision:  float64.
/// Invariants: the shares sum to 1; gauss has the moments of the band up to the order
///             2 samples - 1; differentiable in both leaves.
/// Errors:     UsageError for a line at a wavelength that is not positive.
/// Tested by:  tests/optics/sources/spectrum_test.cpp.
class Spectrum {
 public:
  enum class Profile { kGaussian, kFlat };
  enum class Rule { kGauss, kEqualArea };
  /// The block `spectrum` of a source.
  struct Params {
    Length bandwidth;
    Profile profile = Profile::kGaussian;
    std::int64_t samples = 5;
    Rule rule = Rule::kGauss;
    static void describe(Schema<Params>& s);
  };

  Spectrum(const BuildContext& context, Length wavelength, const std::optional<Params>& band);

  [[nodiscard]] std::vector<SpectralLine> lines() const;

 private:
  std::string path_;
  Trainable wavelength_, bandwidth_;
  at::Tensor offset_, share_;  // t_j, w_j
};

/// The keys `wavelength` and `spectrum` of a source.
template <class P>
void describe_spectrum(Schema<P>& s) {
  s.key("wavelength", &P::wavelength)
      .required()
      .above(Length::from_m(0.0))
      .trainable("nm")
      .doc("In vacuum; the centre where the source has a bandwidth.");
  s.block("spectrum", &P::spectrum).doc("The band around the wavelength; absent: one line.");
}

}  // namespace parfocal::optics
