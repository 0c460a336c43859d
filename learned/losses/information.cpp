// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/information.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cholesky_inverse.h>
#include <ATen/ops/diagonal.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_cholesky.h>

namespace parfocal::learned {

at::Tensor inverse_information(const at::Tensor& fisher) {
  const at::Tensor unit = at::diagonal(fisher, 0, -2, -1).rsqrt();
  const at::Tensor scale = unit.unsqueeze(-1) * unit.unsqueeze(-2);
  const at::Tensor jitter = at::eye(fisher.size(-1), fisher.options()) * 1e-12;
  return at::cholesky_inverse(at::linalg_cholesky(fisher * scale + jitter)) * scale;
}

}  // namespace parfocal::learned
