// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/unrolled/fixed_point.h"
#include "learned/unrolled/learned_solver.h"
#include "solvers/learned_stage.h"
#include "solvers/stage.h"

namespace parfocal::learned {

/// A solver that is run to its end and differentiated there, in memory that does not depend on the
/// number of its iterations.
///
///   z = T(z),  T a step of the solver and, where there is one, of the network
///   fixed_point:    lambda = v + (dT/dz)^T lambda;   dL/dtheta = (dT/dtheta)^T lambda
///   stationary:     H lambda = v, H the Hessian of the objective J;
///                   dL/dtheta = - d/dtheta <lambda, dJ/dx>
///   jacobian_free:  lambda = v, a direction of descent, not the gradient
///
/// S. Bai, J. Z. Kolter, V. Koltun, "Deep equilibrium models", NeurIPS (2019); implicit function
/// theorem at a minimum: S. Gould et al., arXiv 1607.05447 (2016), eq. 3; S. W. Fung et al., AAAI
/// (2022): without the Jacobian.
/// Convention: numbers and weights as in `Unrolled`, the same in every step. The relative error of
///             a gradient is about the tolerance of its adjoint, plus some of that of the solution.
///             Its classical part is iterated plainly, to the same tolerance or `iterations`.
/// Layout:     y and x [batch, condition, n_y, n_x], object values; leaves PATH.NAME [1], and those
///             of the networks.
/// Precision:  that of the model.
/// Invariants: gradients of fixed_point and stationary are exact in the limit of both tolerances;
///             the graph is that of one step.
/// Errors:     UsageError for a solver that is no map of its variables, and in stationary for a
///             network or a prior without gradient; NumericError where a tolerance is not reached.
/// Tested by:  tests/learned/unrolled/equilibrium_test.cpp, conformance.
class Equilibrium final : public Stage, public LearnedStage {
 public:
  enum class Backward { kFixedPoint, kStationary, kJacobianFree };
  struct Params : LearnedSolverParams {
    Backward backward = Backward::kFixedPoint;
    double tolerance = 1e-5, adjoint_tolerance = 1e-4;
    std::int64_t iterations = 1000, adjoint_iterations = 1000, history = 5;
  };
  static void describe(Schema<Params>& s);

  Equilibrium(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& image, const StageScene& scene) const override;
  [[nodiscard]] bool has_learned() const override { return solver_.has_learned(); }
  [[nodiscard]] ClassicalPart classical() const override;

 private:
  /// What a step depends on besides its variables; detached for runs without a graph.
  struct Givens {
    RunData data;
    std::map<std::string, at::Tensor> numbers;
    [[nodiscard]] Givens detached() const;
  };

  [[nodiscard]] at::Tensor solution(const Givens& givens) const;
  [[nodiscard]] at::Tensor of_fixed_point(const Givens& givens, const at::Tensor& z) const;
  [[nodiscard]] at::Tensor of_stationary_point(const Givens& givens, const at::Tensor& z) const;
  void check_smooth() const;

  Backward backward_;
  FixedPointOptions forward_, adjoint_;
  LearnedSolver solver_;
};

}  // namespace parfocal::learned
