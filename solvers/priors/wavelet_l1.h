// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/operators/component.h"
#include "solvers/prior.h"

namespace parfocal::solvers {

enum class Wavelet { kHaar, kDaubechies4 };

/// Orthogonal periodic wavelet transform of the last two axes.
///
///   a[k] = sum_n h[n] v[2k + n],   d[k] = sum_n g[n] v[2k + n],   g[n] = (-1)^n h[N - 1 - n]
///
/// I. Daubechies, Commun. Pure Appl. Math. 41, 909 (1988), table 1 (4 taps, 2 vanishing moments).
///
/// Layout:     [..., n_y, n_x]; the coefficients stand in place of the image, the approximation of
///             each level in the top left quarter.
/// Invariants: orthogonal: the inverse is the adjoint and norms are kept.
/// Errors:     SamplingError unless both sizes divide by 2^levels.
/// Tested by:  tests/solvers/priors_test.cpp.
[[nodiscard]] at::Tensor wavelet_transform(const at::Tensor& v, Wavelet wavelet,
                                           std::int64_t levels);
[[nodiscard]] at::Tensor inverse_wavelet_transform(const at::Tensor& coefficients, Wavelet wavelet,
                                                   std::int64_t levels);

/// Sparse details in a wavelet basis.
///
///   R(v) = weight sum |details of Psi v|;   prox = Psi^T soft(Psi v, step weight), exact
///
/// Layout:     v [batch, channel, p_y, p_x].
/// Invariants: the approximation is not penalised, so a constant image has R = 0.
/// Errors:     SamplingError unless both sizes divide by 2^levels.
/// Tested by:  tests/solvers/priors_test.cpp.
class WaveletL1 : public Prior {
 public:
  struct Params {
    Wavelet wavelet = Wavelet::kHaar;
    std::int64_t levels = 3;
    double weight = 1e-4;
  };
  static void describe(Schema<Params>& s);

  explicit WaveletL1(const Params& params) : params_(params) {}
  WaveletL1(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] std::string name() const override { return "wavelet_l1"; }
  [[nodiscard]] bool has_value() const override { return true; }
  [[nodiscard]] bool has_prox() const override { return true; }
  [[nodiscard]] at::Tensor value(const at::Tensor& v) const override;
  [[nodiscard]] at::Tensor prox(const at::Tensor& v, double step) const override;

 private:
  Params params_;
};

}  // namespace parfocal::solvers
