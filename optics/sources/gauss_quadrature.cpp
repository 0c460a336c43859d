// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/gauss_quadrature.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/diag.h>
#include <ATen/ops/linalg_eigh.h>

namespace parfocal::optics {
namespace {

Quadrature from_recurrence(const at::Tensor& beta) {
  const at::Tensor matrix = at::diag(beta, 1) + at::diag(beta, -1);
  const auto [nodes, vectors] = at::linalg_eigh(matrix);
  const at::Tensor weight = vectors[0].square();
  const at::Tensor even = weight + weight.flip(0);
  return {(nodes - nodes.flip(0)) * 0.5, even / even.sum()};
}

/// 1, 2, ..., n - 1.
at::Tensor orders(std::int64_t n) { return at::arange(1, n, at::kDouble); }

}  // namespace

Quadrature gauss_hermite(std::int64_t n) { return from_recurrence(orders(n).sqrt()); }

Quadrature gauss_legendre(std::int64_t n) {
  const at::Tensor k = orders(n);
  return from_recurrence(k / (k.square() * 4.0 - 1.0).sqrt());
}

}  // namespace parfocal::optics
