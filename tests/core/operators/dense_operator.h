// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/ops/matmul.h>

#include "core/operators/operator.h"

namespace parfocal::test {

/// y = M x for one-axis vectors: the reference of every rule of the algebra.
class DenseOperator : public LinearOperator {
 public:
  explicit DenseOperator(at::Tensor matrix) : matrix_(std::move(matrix)) {}

  at::Tensor forward(const at::Tensor& x) const override { return at::matmul(x, matrix_.t()); }
  at::Tensor adjoint(const at::Tensor& y) const override { return at::matmul(y, matrix_.conj()); }
  Shape domain() const override { return {matrix_.size(1)}; }
  Shape range() const override { return {matrix_.size(0)}; }
  at::ScalarType dtype() const override { return matrix_.scalar_type(); }
  std::optional<double> norm_bound() const override { return bound; }

  std::optional<double> bound;

 private:
  at::Tensor matrix_;
};

}  // namespace parfocal::test
