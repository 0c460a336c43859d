// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>

#include "optics/propagation/gap_element.h"

namespace parfocal::optics {

/// How the transfer function of a gap is sampled.
struct AngularSpectrumOptions {
  bool band_limit = true;
  std::int64_t padding = 2;  ///< Padded size / size at least; 1: none.
  /// The field repeats itself without end: then every frequency of it is sampled, and (2) falls away.
  bool periodic = false;
  /// [y, x] Window after the gap: shift of its axis from the axis before.
  std::array<double, 2> offset_m{0.0, 0.0};
  /// [y, x] The array holds U exp(-i 2 pi f0 r), before and after the gap.
  std::array<double, 2> carrier_per_m{0.0, 0.0};
};

/// H of (1) within (2) at the frequencies of a padded grid of `n_y` x `n_x`, complex128.
/// \throws SamplingError with the limit where (2) fails and `band_limit` is off.
[[nodiscard]] at::Tensor angular_spectrum_transfer(const Gap& gap, const Frequencies& frequencies,
                                                   std::int64_t n_y, std::int64_t n_x,
                                                   const AngularSpectrumOptions& options);

/// Free-space propagation of a scalar, monochromatic field between two parallel planes.
///
///   U(z) = C F^-1{ H F{ Z U(0) } }            Z pads with zeros, C is its adjoint, the crop
///   H = exp(-i 2 pi z l f^2 / (1 + sqrt(1 - l^2 f^2)) + i 2 pi x0 f)      f <= 1/l          (1)
///   H = exp(-2 pi |z| sqrt(f^2 - 1/l^2)) exp(-i 2 pi z / l + ...)         f > 1/l, evanescent
///
/// (1): J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 3-74, l = wavelength /
/// n, f^2 = fx^2 + fy^2, without the carrier exp(i 2 pi z / l); x0 the offset of the window. Band
/// limit: K. Matsushima, Opt. Express 18, 18453 (2010): f stays where, along each axis a,
///   |x0_a - z f_a / sqrt(1/l^2 - f^2)| <= p_a pitch_a / 2                                   (2)
/// With a carrier f0 the array holds U exp(-i 2 pi f0 r) and f + f0 takes the place of f in all but
/// the term of x0; x0 = z f0 / sqrt(1/l^2 - f0^2) then follows the beam.
///
/// Convention: phase grows as exp(+ikz); fx, fy in cycles per metre; z signed, positive along +z.
/// Layout:     complex [..., n_y, n_x]; leading dimensions are batch. A field does not depend on an
///             axis of one sample.
/// Precision:  phases in float64, then cast to the type of the field.
/// Invariants: linear; the adjoint is exact; ||forward(u)|| <= ||u||; evanescent waves decay for
///             either sign of z; z = 0 is the identity. A periodic field keeps all its orders.
///             Differentiable in field, distance, wavelength and pitch (the edge of the band limit
///             counts as fixed).
/// Errors:     SamplingError with the limit if (2) fails somewhere and band_limit is off.
/// Tested by:  tests/optics/propagation/angular_spectrum_test.cpp (Gaussian beam, Talbot length).
class AngularSpectrumOperator final : public TransferFilter {
 public:
  using Options = AngularSpectrumOptions;

  AngularSpectrumOperator(const Gap& gap, const Options& options,
                          at::ScalarType dtype = at::kComplexDouble);
  /// `distance_m` is a float64 scalar, differentiable; its device is that of the fields.
  AngularSpectrumOperator(const Beam& beam, const at::Tensor& distance_m, const Options& options,
                          at::ScalarType dtype = at::kComplexDouble)
      : AngularSpectrumOperator(Gap::of(beam, distance_m), options, dtype) {}
};

/// The same as an element: the gap between two planes of the hardware. With `offset` the window
/// behind it lies elsewhere, and its grid says so.
class AngularSpectrum final : public GapElement {
 public:
  struct Params : PaddedGapParams {
    std::array<Length, 2> offset{};  ///< [y, x]
  };
  static void describe(Schema<Params>& s);

  AngularSpectrum(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;
  [[nodiscard]] Beam after(const Beam& beam) const override;
  [[nodiscard]] std::string decision(const at::Tensor& field, const Beam& beam) const override;
  /// The operator that `apply` uses for fields like `field`.
  [[nodiscard]] AngularSpectrumOperator on(const Beam& beam, const at::Tensor& field) const;

 private:
  AngularSpectrumOptions options_;
};

}  // namespace parfocal::optics
