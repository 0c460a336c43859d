// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/optim/optimizer.h>

#include <memory>
#include <optional>
#include <vector>

#include "core/operators/bounds.h"
#include "learned/training/lbfgs.h"
#include "learned/training/trainer.h"

namespace parfocal {

/// The free values and what steps them: an optimizer of LibTorch with one group per leaf, because
/// each has a unit and so a rate of its own; or L-BFGS over the variables free / rate.
struct Trainer::Moves {
  std::vector<BoundedLeaf> leaves;
  std::vector<at::Tensor> values;  ///< The leaves of the components.
  std::vector<double> rates;
  std::unique_ptr<torch::optim::Optimizer> optimizer;
  std::optional<Lbfgs> lbfgs;
  std::vector<std::size_t> moving;  ///< The leaves that the pairs of `lbfgs` belong to.

  /// `decays`: the weight decay of each leaf.
  void set_method(const Optimizer& method, const std::vector<double>& decays);
  void clear_gradients() const;

  /// Of the moving leaves one behind the other, float64.
  [[nodiscard]] at::Tensor variables(double rate_factor) const;
  /// Of the loss after its backward pass, by the variables.
  [[nodiscard]] at::Tensor gradient(double rate_factor) const;
  void set_variables(const at::Tensor& variables, double rate_factor) const;
};

}  // namespace parfocal
