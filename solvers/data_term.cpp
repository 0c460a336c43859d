// SPDX-License-Identifier: Apache-2.0
#include "solvers/data_term.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include "core/check.h"
#include "core/error.h"
#include "core/tensor/tensor_checks.h"

namespace parfocal {

at::Tensor sum_per_item(const at::Tensor& values) {
  at::Tensor sum = values;
  while (sum.dim() > 1) sum = sum.sum(-1, false, at::kDouble);
  return sum;
}

std::vector<double> to_vector(const at::Tensor& per_item) {
  const at::Tensor values = per_item.detach().to(at::kCPU, at::kDouble).contiguous();
  const double* first = values.const_data_ptr<double>();
  return {first, first + values.numel()};
}

at::Tensor DataTerm::value(const at::Tensor& mean) const {
  const at::Tensor residual = mean - target;
  return sum_per_item(weight * residual * residual) * 0.5;
}

DataTerm data_term_of(const Problem& problem, at::Device device) {
  PARFOCAL_CHECK(problem.model != nullptr);
  PARFOCAL_CHECK(problem.likelihood != nullptr);
  PARFOCAL_CHECK(problem.counts.dim() == 4);
  const Likelihood::Quadratic quadratic = problem.likelihood->quadratic(problem.counts);
  at::Tensor weight = quadratic.weight.to(device, problem.model->dtype());
  if (problem.mask.defined()) {
    weight = at::where(problem.mask.to(device).ne(0), weight, at::zeros_like(weight));
  }
  const at::Tensor counts = weight.gt(0);
  const at::Tensor target = quadratic.target.to(device, problem.model->dtype());
  DataTerm term{at::where(counts, target, at::zeros_like(target)), weight.contiguous()};
  if (!counts.any().item<bool>()) {
    throw DataError("the measurement has no pixel that counts: all are masked, dead or saturated");
  }
  if (!all_finite(term.target)) {
    throw DataError("the measurement holds NaN or infinity in a pixel that is not masked");
  }
  return term;
}

}  // namespace parfocal
