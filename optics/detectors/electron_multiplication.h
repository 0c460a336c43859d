// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace parfocal::optics {

/// Electrons behind an electron-multiplying register and its noisy read.
///
///   n ~ Poisson(nu),  u ~ Gamma(shape n, scale g),  z = u + N(0, s)
///   p(z) = e^-nu { N(z) + integral du N(z - u) e^(-u/g) sqrt(nu u / g) I_1(2 sqrt(nu u / g)) / u }
///   d p / d nu = q - p,  q(z) = e^-nu / g integral du N(z - u) e^(-u/g) I_0(2 sqrt(nu u / g))
///
/// with N the normal density of width s, u from 0. Mortensen et al., Nature Methods 7, 377 (2010).
/// The integrals run over the 14 s around the maximum of the first two factors, by 40
/// Gauss-Legendre nodes with scaled Bessel functions.
/// Layout:     nu and z of one shape; gain and read_noise numbers [].
/// Units:      nu in electrons before, z, g and s in electrons behind the register; p per electron.
/// Precision:  float64 inside; log p to 1e-8 where p > 1e-15 and s <= g, to 1e-5 beyond.
/// Invariants: differentiable in everything; the density once, recomputed in the backward pass.
/// Errors:     LogicError for a second derivative: that of log_density is the first of score.
/// Tested by:  tests/optics/detectors/electron_multiplication_test.cpp.
struct ElectronMultiplication {
  at::Tensor gain;        ///< g
  at::Tensor read_noise;  ///< s

  /// log p(z | nu), nu > 0.
  [[nodiscard]] at::Tensor log_density(const at::Tensor& nu, const at::Tensor& z) const;
  /// d log p / d nu = q / p - 1.
  [[nodiscard]] at::Tensor score(const at::Tensor& nu, const at::Tensor& z) const;
  /// E[score^2] at one nu.
  [[nodiscard]] double information(double nu) const;
};

}  // namespace parfocal::optics
