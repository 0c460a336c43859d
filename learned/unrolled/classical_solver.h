// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "learned/unrolled/solver_run.h"
#include "solvers/stage.h"

namespace parfocal::learned {

/// A solver as a stage, with the numbers of the experiment and nothing learned.
///
/// Convention: in photons and weighed as the learned stage that it stands beside. With a tolerance
///             an item ends where |T(z) - z| <= tolerance |T(z)|, T a step.
/// Layout:     image [batch, condition, n_y, n_x], object values, and the same for the result.
/// Invariants: with as many steps equal to `Unrolled` before training; an item does not depend on
///             the batch.
/// Errors:     as of `SolverRun`.
/// Tested by:  tests/learned/unrolled/classical_solver_test.cpp.
class ClassicalSolver final : public Stage {
 public:
  /// `setup` without its network; `tolerance` 0 takes all steps.
  ClassicalSolver(std::shared_ptr<const RunSetup> setup, std::int64_t steps, double tolerance);

  [[nodiscard]] at::Tensor apply(const at::Tensor& image, const StageScene& scene) const override;

 private:
  std::shared_ptr<const RunSetup> setup_;
  std::int64_t steps_;
  double tolerance_;
};

/// `fit_total_variation` as a stage: what stands beside a network that is the prior.
///
/// Convention: in photons, weighed by the detector; those priors stay that were not learned.
/// Layout:     as of `ClassicalSolver`.
/// Errors:     as of `fit_total_variation`.
/// Tested by:  tests/learned/unrolled/classical_solver_test.cpp.
class FittedTotalVariation final : public Stage {
 public:
  explicit FittedTotalVariation(std::vector<std::shared_ptr<const Prior>> priors)
      : priors_(std::move(priors)) {}

  [[nodiscard]] at::Tensor apply(const at::Tensor& image, const StageScene& scene) const override;

 private:
  std::vector<std::shared_ptr<const Prior>> priors_;
};

}  // namespace parfocal::learned
