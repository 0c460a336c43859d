// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "optics/propagation/gap_element.h"

namespace parfocal::optics {

/// Free-space propagation as the convolution with the Rayleigh-Sommerfeld kernel.
///
///   U(x, z) = pitch_y pitch_x sum over samples x' of U(x', 0) h(x - x')
///   h = z / (2 pi R^2) (1 / R - i k) exp(i k (R - z)),   R^2 = |x - x'|^2 + z^2,  k = 2 pi / l
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 3-41 (first kind), without
/// the carrier exp(ikz); as a linear convolution by FFT (F. Shen and A. Wang, Appl. Opt. 45, 1102
/// (2006)). The kernel is sampled where z >= X_a sqrt((2 pitch_a / l)^2 - 1) on each axis, X_a the
/// largest separation of two samples.
///
/// Convention: phase grows as exp(+ikz); z > 0. The window behind the gap is shifted by `offset_m`.
/// Layout:     complex [..., n_y, n_x]; an axis of one sample is one sample wide.
/// Precision:  phases in float64, then cast to the type of the field.
/// Invariants: linear; the adjoint is exact; near-field terms included. Differentiable in field,
///             distance, wavelength and pitch.
/// Errors:     SamplingError with the limit where the kernel is not sampled; UsageError for z <= 0.
/// Tested by:  tests/optics/propagation/rayleigh_sommerfeld_test.cpp (circular aperture, exact).
class RayleighSommerfeldOperator final : public TransferFilter {
 public:
  RayleighSommerfeldOperator(const Gap& gap, std::array<double, 2> offset_m = {0.0, 0.0},
                             at::ScalarType dtype = at::kComplexDouble);
  /// The smallest distance at which the kernel is sampled.
  [[nodiscard]] static double nearest_m(const Gap& gap, std::array<double, 2> offset_m);
};

/// The same as an element.
class RayleighSommerfeld final : public GapElement {
 public:
  struct Params : GapParams {
    std::array<Length, 2> offset{};  ///< [y, x]
  };
  static void describe(Schema<Params>& s);

  RayleighSommerfeld(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;
  [[nodiscard]] Beam after(const Beam& beam) const override;

 private:
  std::array<double, 2> offset_m_;
};

}  // namespace parfocal::optics
