// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "optics/propagation/gap_element.h"

namespace parfocal::optics {

/// Paraxial propagation between two parallel planes by the Fresnel transfer function.
///
///   U(z) = C F^-1{ H F{ Z U(0) } },   H = exp(-i pi l z f^2)
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 4-21 without the carrier; l =
/// wavelength / n. Sampled without aliasing while |z| <= p_a pitch_a^2 / l on the padded grid
/// (D. Voelz, Computational Fourier Optics (2011), eq. 5.11); beyond, `band_limit` keeps
/// l |z f_a| <= p_a pitch_a / 2.
/// Convention: phase grows as exp(+ikz); z signed.
/// Layout:     complex [..., n_y, n_x].
/// Precision:  phases in float64, then cast to the type of the field.
/// Invariants: linear; the adjoint is exact; the error against the exact propagation is
///             pi |z| l^3 f^4 / 4 rad at the frequency f. Differentiable in field, distance,
///             wavelength and pitch.
/// Errors:     SamplingError with the limit where the kernel aliases and band_limit is off.
/// Tested by:  tests/optics/propagation/fresnel_test.cpp.
class FresnelOperator final : public TransferFilter {
 public:
  struct Options {
    bool band_limit = true;
    std::int64_t padding = 2;
  };

  FresnelOperator(const Gap& gap, const Options& options,
                  at::ScalarType dtype = at::kComplexDouble);
};

/// The same as an element.
class Fresnel final : public GapElement {
 public:
  using Params = PaddedGapParams;
  static void describe(Schema<Params>& s);

  Fresnel(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;
  [[nodiscard]] std::string decision(const at::Tensor& field, const Beam& beam) const override;

 private:
  FresnelOperator::Options options_;
};

}  // namespace parfocal::optics
