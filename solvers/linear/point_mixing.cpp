// SPDX-License-Identifier: Apache-2.0
#include "solvers/linear/point_mixing.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/einsum.h>

#include "core/operators/linear_mixing.h"

namespace parfocal::solvers {

std::optional<BankNormal> point_normal(const Operator& model, const DataTerm& data) {
  const auto* mixing = dynamic_cast<const LinearMixing*>(&model);
  if (mixing == nullptr || mixing->couples_points()) return std::nullopt;
  const at::Tensor m = mixing->mixing().to(data.weight.options());
  const at::Tensor products = (m.unsqueeze(2) * m.unsqueeze(1)).flatten(1);
  const at::Tensor matrix = at::einsum("bjyx,jp->bpyx", {data.weight, products});
  return BankNormal::of_points(matrix.unflatten(1, {m.size(1), m.size(1)}));
}

}  // namespace parfocal::solvers
