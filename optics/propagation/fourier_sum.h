// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "core/operators/operator.h"

namespace parfocal::optics {

/// One axis of a `FourierSum`.
struct FourierAxis {
  std::int64_t n_in = 0, n_out = 0;
  double origin_in = 0.0, origin_out = 0.0;  ///< Indices of the coordinate 0.
  at::Tensor step;                           ///< a, float64 scalar; may carry gradients.
};

/// exp(-i 2 pi a (k - o')(n - o)) of one axis, [n_out, n_in]; phases in float64, then cast.
[[nodiscard]] at::Tensor fourier_matrix(const FourierAxis& axis, at::ScalarType dtype);

/// How a `FourierSum` is computed; all give the same numbers.
enum class FourierMethod {
  kFft,     ///< a = +-1 / n_out and n_out >= n_in: one FFT, padded with zeros.
  kChirpZ,  ///< Any a: two FFTs of n_in + n_out - 1 per axis.
  kMatrix,  ///< Any a: two matrix products, best for few outputs.
};

/// A Fourier transform from one sampled plane to another with free steps and origins.
///
///   X_kl = post_kl sum_mn exp(-i 2 pi [a_y (m - o_y)(k - o'_y) + a_x (n - o_x)(l - o'_x)])
///                  pre_mn x_mn
///
/// kChirpZ: L. Rabiner, R. Schafer and C. Rader, Bell Syst. Tech. J. 48, 1249 (1969), with
/// u v = (u^2 + v^2 - (v - u)^2) / 2.
/// Layout:     x complex [..., n_in_y, n_in_x], X complex [..., n_out_y, n_out_x]; pre and post
///             broadcast to them, undefined for 1.
/// Precision:  phases in float64, then cast to the type of the field.
/// Invariants: the three methods agree to 1e-12; the adjoint is exact. Differentiable in x, a, pre
///             and post (kFft: a is the constant +-1 / n).
/// Errors:     LogicError for kFft with another step; for a field of another size, dtype, device.
/// Tested by:  tests/optics/propagation/fourier_sum_test.cpp (direct sums).
class FourierSum final : public LinearOperator {
 public:
  FourierSum(std::string name, const FourierAxis& y, const FourierAxis& x, FourierMethod method,
             const at::Tensor& pre, const at::Tensor& post, at::ScalarType dtype);

  [[nodiscard]] at::Tensor forward(const at::Tensor& field) const override;
  [[nodiscard]] at::Tensor adjoint(const at::Tensor& field) const override;
  [[nodiscard]] Shape domain() const override { return {y_.axis.n_in, x_.axis.n_in}; }
  [[nodiscard]] Shape range() const override { return {y_.axis.n_out, x_.axis.n_out}; }
  [[nodiscard]] at::ScalarType dtype() const override { return dtype_; }

  /// The cheapest method for these axes: kFft where it applies, else by the number of operations.
  [[nodiscard]] static FourierMethod cheapest(const FourierAxis& y, const FourierAxis& x);

 private:
  /// Factors of one axis in the type of the field.
  struct Axis {
    FourierAxis axis;
    bool inverse = false;  // kFft with a < 0
    at::Tensor before;     // [n_in], kFft and kChirpZ
    at::Tensor after;      // [n_out], kFft and kChirpZ
    at::Tensor chirp;      // kChirpZ: transform of the kernel, [L]
    at::Tensor matrix;     // kMatrix: [n_out, n_in]
  };
  static Axis axis_of(const FourierAxis& axis, FourierMethod method, at::ScalarType dtype);
  [[nodiscard]] at::Tensor by_fft(const at::Tensor& field, bool inverse,
                                  at::IntArrayRef size) const;
  [[nodiscard]] at::Tensor along(const Axis& axis, const at::Tensor& field, std::int64_t dim) const;
  [[nodiscard]] at::Tensor along_adjoint(const Axis& axis, const at::Tensor& field,
                                         std::int64_t dim) const;

  std::string name_;
  FourierMethod method_;
  at::ScalarType dtype_;
  Axis y_, x_;
  at::Tensor before_, after_;  // [n_in_y, n_in_x], [n_out_y, n_out_x]; undefined for 1
};

}  // namespace parfocal::optics
