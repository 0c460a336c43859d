// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/operators/component.h"
#include "solvers/solver.h"

namespace parfocal::learned {

/// Positive numbers of a solver that are learned, one for each step or one for all.
///
///   number_k = softplus(leaf_k) = log(1 + exp(leaf_k)),  leaf at first log(exp(number) - 1)
///
/// C. Dugas et al., Advances in Neural Information Processing Systems 13, 472 (2001): softplus.
/// Layout:     leaves PATH.NAME [count], float64, unit 1. Far below 1 a leaf is the logarithm of
///             its number, so that a step of 0.1 changes it by 10 %.
/// Invariants: the first numbers are those of the experiment to 1e-14.
/// Errors:     UsageError for a name that the solver does not offer, or a number that is 0.
/// Tested by:  tests/learned/unrolled/step_scalars_test.cpp.
class StepScalars {
 public:
  /// `names` = {"all"}: every number in `offered`. `solver` stands in messages.
  StepScalars(const BuildContext& context, const std::string& solver,
              const std::vector<LearnableScalar>& offered, const std::vector<std::string>& names,
              std::int64_t count);

  [[nodiscard]] bool empty() const { return leaves_.empty(); }
  /// The numbers of step k, 0-dim.
  [[nodiscard]] std::map<std::string, at::Tensor> of_step(std::int64_t k,
                                                          at::ScalarType dtype) const;

 private:
  std::vector<std::pair<std::string, at::Tensor>> leaves_;
};

/// log(exp(number) - 1).
[[nodiscard]] double inverse_softplus(double number);

}  // namespace parfocal::learned
