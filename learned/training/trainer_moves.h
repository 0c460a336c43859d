// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/optim/optimizer.h>

#include <memory>
#include <vector>

#include "core/operators/bounds.h"
#include "learned/training/trainer.h"

namespace parfocal {

/// The free values, one optimizer group per leaf, because each has a unit and so a rate of its own.
struct Trainer::Moves {
  std::vector<BoundedLeaf> leaves;
  std::vector<at::Tensor> values;  ///< The leaves of the components.
  std::vector<double> rates;
  std::unique_ptr<torch::optim::Optimizer> optimizer;
};

}  // namespace parfocal
