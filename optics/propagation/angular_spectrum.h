// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

#include "core/operators/component.h"
#include "core/operators/operator.h"
#include "optics/optical_element.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// Free-space propagation of a scalar, monochromatic field between two parallel planes.
///
///   U(z) = C F^-1{ H F{ Z U(0) } }            Z pads with zeros, C is its adjoint, the crop
///   H = exp(-i 2 pi z l f^2 / (1 + sqrt(1 - l^2 f^2)))                f <= 1/l              (1)
///   H = exp(-2 pi |z| sqrt(f^2 - 1/l^2)) exp(-i 2 pi z / l)           f > 1/l, evanescent
///
/// (1): J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 3-74, l = wavelength /
/// n, f^2 = fx^2 + fy^2, without the carrier exp(i 2 pi z / l). Band limit: K. Matsushima and T.
/// Shimobaba, Opt. Express 17, 19662 (2009): f stays where, along each axis a,
///   |z| <= p_a pitch_a sqrt(|1/l^2 - f^2|) / (2 |f_a|)                                      (2)
///
/// Convention: phase grows as exp(+ikz); fx, fy in cycles per metre; z signed, positive along +z.
/// Layout:     complex [..., n_y, n_x]; leading dimensions are batch.
/// Precision:  phases in float64, then cast to the type of the field.
/// Invariants: linear; the adjoint is exact; ||forward(u)|| <= ||u||; evanescent waves decay for
///             either sign of z; z = 0 is the identity. Differentiable in field and distance (the
///             edge of the band limit counts as fixed).
/// Errors:     SamplingError with the limit if (2) fails somewhere and band_limit is off.
/// Tested by:  tests/optics/propagation/angular_spectrum_test.cpp (Gaussian beam, Talbot length).
class AngularSpectrumOperator final : public LinearOperator {
 public:
  struct Options {
    bool band_limit = true;
    std::int64_t padding = 2;  ///< Padded size / size at least; 1: none, the field is periodic.
  };

  /// `distance_m` is a float64 scalar, differentiable; its device is that of the fields.
  AngularSpectrumOperator(const Beam& beam, const at::Tensor& distance_m, const Options& options,
                          at::ScalarType dtype = at::kComplexDouble);

  [[nodiscard]] at::Tensor forward(const at::Tensor& field) const override;
  [[nodiscard]] at::Tensor adjoint(const at::Tensor& field) const override;
  [[nodiscard]] Shape domain() const override { return {beam_.grid.n_y, beam_.grid.n_x}; }
  [[nodiscard]] Shape range() const override { return domain(); }
  [[nodiscard]] at::ScalarType dtype() const override { return transfer_.scalar_type(); }
  [[nodiscard]] std::optional<double> norm_bound() const override { return 1.0; }

 private:
  [[nodiscard]] at::Tensor filter(const at::Tensor& field, const at::Tensor& transfer) const;

  Beam beam_;
  at::Tensor transfer_;  // H of (1) within (2), [p_y, p_x]
};

/// The same as an element: the gap between two planes of the hardware.
class AngularSpectrum final : public OpticalElement {
 public:
  struct Params {
    Length distance;
    std::optional<double> index_medium;
    bool band_limit = true;
    std::int64_t padding = 2;
  };
  static void describe(Schema<Params>& s);

  AngularSpectrum(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;
  /// The operator that `apply` uses for fields of `dtype` on `device`.
  [[nodiscard]] AngularSpectrumOperator on(const Beam& beam, at::ScalarType dtype,
                                           at::Device device = at::kCPU) const;
  [[nodiscard]] at::Tensor distance_m() const { return distance_.si(); }

 private:
  std::string path_;
  AngularSpectrumOperator::Options options_;
  std::optional<double> index_medium_;
  Trainable distance_;  // um, float64: a float32 z costs 1e-4 in phase.
};

}  // namespace parfocal::optics
