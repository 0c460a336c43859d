// SPDX-License-Identifier: Apache-2.0
#include "tests/support/adjoint_gap.h"

#include <ATen/ops/complex.h>

#include <cmath>
#include <complex>
#include <limits>

#include "core/tensor/inner_product.h"
#include "core/tensor/random.h"
#include "tests/support/test_grid.h"

namespace parfocal::test {
namespace {

/// Brings a pair to one dtype, so that <real, complex> has a meaning.
std::complex<double> product(const at::Tensor& a, const at::Tensor& b) {
  const at::ScalarType wide = a.is_complex() || b.is_complex() ? at::kComplexDouble : at::kDouble;
  return inner_product(a.to(wide), b.to(wide));
}

}  // namespace

at::Tensor random_normal(at::IntArrayRef shape, at::ScalarType dtype, std::uint64_t seed,
                         at::Device device) {
  RandomStream random(seed, "test");
  const at::ScalarType real = c10::toRealValueType(dtype);
  at::Tensor values = random.normal(shape, real);
  if (at::isComplexType(dtype)) values = at::complex(values, random.normal(shape, real));
  return values.to(device);
}

double adjoint_gap(const TensorMap& forward, const TensorMap& adjoint, const at::Tensor& x,
                   const at::Tensor& y) {
  const at::Tensor a_x = forward(x), a_star_y = adjoint(y);
  if (a_x.sizes() != y.sizes() || a_star_y.sizes() != x.sizes()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  std::complex<double> gap = product(a_x, y) - product(x, a_star_y);
  if (x.is_complex() != y.is_complex()) gap = gap.real();
  return std::abs(gap) / std::sqrt(squared_norm(a_x) * squared_norm(y));
}

double adjoint_gap(const LinearOperator& op, std::uint64_t seed, at::Device device) {
  Shape shape = op.domain();
  shape.insert(shape.begin(), kBatch);
  const at::Tensor x = random_normal(shape, op.dtype(), seed, device);
  const at::Tensor a_x = op.forward(x);
  const at::Tensor y = random_normal(a_x.sizes(), a_x.scalar_type(), seed + 1, device);
  return adjoint_gap([&](const at::Tensor& v) { return op.forward(v); },
                     [&](const at::Tensor& v) { return op.adjoint(v); }, x, y);
}

double adjoint_tolerance(at::ScalarType dtype) {
  return c10::toRealValueType(dtype) == at::kDouble ? 1e-12 : 1e-5;
}

}  // namespace parfocal::test
