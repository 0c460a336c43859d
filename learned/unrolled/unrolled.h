// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/unrolled/learned_solver.h"
#include "solvers/learned_stage.h"
#include "solvers/stage.h"

namespace parfocal::learned {

/// A fixed number of steps of any solver, each with positive numbers of its own that are learned.
///
///   y' = pre(y);   z_{k+1} = step(z_k; y', A, numbers_k), k = 0 .. K - 1;  x = post(estimate(z_K))
///
/// K. Gregor, Y. LeCun, "Learning fast approximations of sparse coding", ICML (2010); with ADMM and
/// a lensless camera: K. Monakhova et al., Opt. Express 27, 28075 (2019). `pre` and `post` as in
/// LenslessPiCam (github.com/LCAV/LenslessPiCam).
/// Convention: solver, penalties and weights are those of the same solver in task reconstruct: it
///             works in photons. Where the model makes several images of an object, each is taken
///             as the image of an object of its own. What the optimizer steps is the inverse
///             softplus of a number. Its classical part takes 100 steps, or K where that is more.
/// Layout:     y and x [batch, condition, n_y, n_x], object values; leaves PATH.NAME [K], or [1]
///             where the numbers are shared, and those of the networks.
/// Precision:  that of the model; numbers in float64.
/// Invariants: before training equal to K steps of the solver; gradients are exact, with and
///             without checkpoints.
/// Errors:     UsageError for a model that is no convolution of one object per image, a number that
///             the solver does not offer, or what the solver refuses.
/// Tested by:  tests/learned/unrolled/unrolled_test.cpp, conformance.
class Unrolled final : public Stage, public LearnedStage {
 public:
  struct Params : LearnedSolverParams {
    std::int64_t iterations = 5;
    bool shared = false;
    std::int64_t checkpoint_every = 0;
  };
  static void describe(Schema<Params>& s);

  Unrolled(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& image, const StageScene& scene) const override;
  [[nodiscard]] bool has_learned() const override { return solver_.has_learned(); }
  [[nodiscard]] ClassicalPart classical() const override;

 private:
  [[nodiscard]] at::Tensor checkpointed(const RunData& data) const;

  std::int64_t iterations_, checkpoint_every_;
  LearnedSolver solver_;
};

}  // namespace parfocal::learned
