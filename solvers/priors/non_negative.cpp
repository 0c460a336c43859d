// SPDX-License-Identifier: Apache-2.0
#include "solvers/priors/non_negative.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <limits>

namespace parfocal::solvers {

void NonNegative::describe(Schema<Params>& s) {
  s.summary("The object is nowhere negative.");
  s.equation("R(v) = 0 if v >= 0 everywhere, else infinity;  prox(v) = max(v, 0)");
}

at::Tensor NonNegative::value(const at::Tensor& v) const {
  const at::Tensor negative = v.lt(0).flatten(1).any(1);
  const at::Tensor zero = at::zeros({v.size(0)}, v.options().dtype(at::kDouble));
  return zero.masked_fill(negative, std::numeric_limits<double>::infinity());
}

at::Tensor NonNegative::prox(const at::Tensor& v, double) const { return v.clamp_min(0); }

}  // namespace parfocal::solvers
