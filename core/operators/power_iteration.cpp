// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/complex.h>

#include <cmath>
#include <utility>

#include "core/operators/algebra.h"
#include "core/tensor/inner_product.h"
#include "core/tensor/random.h"

namespace parfocal {
namespace {

at::Tensor seeded_start(const LinearOperator& op, std::uint64_t seed, at::Device device) {
  RandomStream random(seed, "power_iteration");
  const Shape shape = op.domain();
  const at::ScalarType real = c10::toRealValueType(op.dtype());
  at::Tensor start = random.normal(shape, real);
  if (at::isComplexType(op.dtype())) start = at::complex(start, random.normal(shape, real));
  return start.to(device);
}

}  // namespace

PowerIteration estimate_norm(const LinearOperator& op, double tolerance, int max_iterations,
                             std::uint64_t seed, at::Device device) {
  const at::NoGradGuard no_graph;
  PowerIteration result;
  at::Tensor x = seeded_start(op, seed, device);
  x = x / std::sqrt(squared_norm(x));
  while (result.iterations < max_iterations) {
    ++result.iterations;
    const at::Tensor next = op.gram(x);
    // |A* A x| with |x| = 1 tends to the square of the largest singular value, from below.
    const double gram_norm = std::sqrt(squared_norm(next));
    const double previous = std::exchange(result.norm, std::sqrt(gram_norm));
    if (gram_norm == 0.0) {
      result.converged = true;
      return result;
    }
    if (std::abs(result.norm - previous) <= tolerance * result.norm) {
      result.converged = true;
      return result;
    }
    x = next / gram_norm;
  }
  return result;
}

}  // namespace parfocal
