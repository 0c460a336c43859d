// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace parfocal::optics {

/// Nodes and weights of a mean: <f> = sum_j weight_j f(x_j).
///
/// Layout:     float64 [n], nodes ascending, weights sum to 1.
struct Quadrature {
  at::Tensor x;
  at::Tensor weight;
};

/// Gauss quadrature for x ~ N(0, 1), and for x uniform in [-1, 1]: exact for polynomials up to the
/// degree 2 n - 1.
///
///   nodes: eigenvalues of the tridiagonal matrix with 0 on the diagonal and beta_k beside it,
///   weights: squares of the first components of its eigenvectors
///   beta_k = sqrt(k) (Hermite),  beta_k = k / sqrt(4 k^2 - 1) (Legendre)
///
/// G. H. Golub and J. H. Welsch, Math. Comp. 23, 221 (1969).
/// Invariants: nodes and weights are symmetric about 0 to the last bit.
/// Tested by:  tests/optics/sources/spectrum_test.cpp.
[[nodiscard]] Quadrature gauss_hermite(std::int64_t n);
[[nodiscard]] Quadrature gauss_legendre(std::int64_t n);

}  // namespace parfocal::optics
