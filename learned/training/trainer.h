// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/operators/parameter_tree.h"
#include "learned/training/optimize.h"

namespace parfocal {

/// One parameter that a training moves.
struct TrainedParameter {
  std::string path;
  std::size_t group = 0;  ///< In the order of `optimize.parameters`.
};

/// The leaves that the groups of `block` hold: each belongs to the group of the longest path above
/// it, unless a longer path of `frozen` lies above it.
///
/// Errors:    UsageError for a path that names nothing, or nothing that can be trained.
/// Tested by: tests/learned/training/trainer_test.cpp.
[[nodiscard]] std::vector<TrainedParameter> trained_parameters(const OptimizeBlock& block,
                                                               const ParameterTree& tree);

/// Finds parameters step by step: gradient, clipping, rate, step, bounds.
///
/// Convention: the moments of the optimizer belong to the free value of a bounded leaf.
/// Invariants: leaves stay inside their bounds; a leaf that no group holds is never touched; the
///             same start, loss and threads give the same bits.
/// Errors:     NumericError naming the step for a loss or gradient that is not finite; the leaves
///             then keep their last finite values. UsageError for a rate of another dimension.
/// Tested by:  tests/learned/training/trainer_test.cpp (closed forms of each method).
class Trainer {
 public:
  Trainer(OptimizeBlock block, ParameterTree& tree);
  ~Trainer();
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;

  [[nodiscard]] std::int64_t step_count() const { return step_; }
  [[nodiscard]] bool is_done() const { return parameters_.empty() || step_ >= block_.steps; }
  [[nodiscard]] const std::vector<TrainedParameter>& parameters() const { return parameters_; }

  /// One step on `loss`, a scalar that depends on the leaves; returns its value before the step.
  double step(const std::function<at::Tensor()>& loss);

 private:
  struct Moves;

  void clear_gradients();
  void check_and_clip();
  void set_rates();

  OptimizeBlock block_;
  std::vector<TrainedParameter> parameters_;
  std::int64_t step_ = 0;
  std::unique_ptr<Moves> moves_;
};

}  // namespace parfocal
