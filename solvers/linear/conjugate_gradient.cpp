// SPDX-License-Identifier: Apache-2.0
#include "solvers/linear/conjugate_gradient.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <vector>

#include "core/error.h"
#include "solvers/data_term.h"

namespace parfocal::solvers {
namespace {

/// One number per item, shaped to multiply `like`.
at::Tensor spread(const at::Tensor& per_item, const at::Tensor& like) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
  shape[0] = per_item.size(0);
  return per_item.to(like.scalar_type()).view(shape);
}

/// a / b, 0 for the items that are done.
at::Tensor ratio(const at::Tensor& a, const at::Tensor& b, const at::Tensor& open) {
  const at::Tensor safe = at::where(open, b, at::ones_like(b));
  return at::where(open, a / safe, at::zeros_like(a));
}

}  // namespace

at::Tensor conjugate_gradient(const std::function<at::Tensor(const at::Tensor&)>& apply,
                              const at::Tensor& b, const at::Tensor& start,
                              const ConjugateGradientLimits& limits, const char* user) {
  at::Tensor x = start;
  at::Tensor r = b - apply(start);
  at::Tensor p = r;
  at::Tensor square = sum_per_item(r * r);
  const at::Tensor allowed = (sum_per_item(b * b) * (limits.tolerance * limits.tolerance)).detach();
  at::Tensor open = square.detach().gt(allowed);
  for (std::int64_t i = 0; open.any().item<bool>(); ++i) {
    if (i == limits.iterations) {
      throw NumericError(fmt::format(
          "{}: {} conjugate gradient steps do not bring the relative residual below {:g}; raise "
          "cg_iterations or cg_tolerance",
          user, limits.iterations, limits.tolerance));
    }
    const at::Tensor q = apply(p);
    const at::Tensor alpha = spread(ratio(square, sum_per_item(p * q), open), x);
    x = x + alpha * p;
    r = r - alpha * q;
    const at::Tensor next = sum_per_item(r * r);
    p = r + spread(ratio(next, square, open), x) * p;
    square = next;
    open = open.logical_and(square.detach().gt(allowed));
  }
  return x;
}

}  // namespace parfocal::solvers
