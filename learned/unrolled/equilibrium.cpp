// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/equilibrium.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "core/error.h"
#include "solvers/data_term.h"

namespace parfocal::learned {
namespace {

constexpr const char* kName = "equilibrium";

/// The gradient of the objective 1/2 |A x - b|^2_W + weight sum R(x), and its Hessian.
struct Objective {
  const Problem& problem;
  at::Tensor prior_weight;  ///< Undefined: 1.

  [[nodiscard]] const LinearOperator& model() const {
    return dynamic_cast<const LinearOperator&>(*problem.model);
  }
  [[nodiscard]] at::Tensor prior_gradient(const at::Tensor& x) const {
    at::Tensor sum;
    for (const auto& prior : problem.priors) {
      const at::Tensor one = prior->gradient(x);
      sum = sum.defined() ? sum + one : one;
    }
    return sum.defined() && prior_weight.defined() ? prior_weight * sum : sum;
  }
  [[nodiscard]] at::Tensor gradient(const at::Tensor& x) const {
    const DataTerm data = data_term_of(problem, x.device());
    const at::Tensor g = model().adjoint(data.gradient(model().forward(x)));
    return problem.priors.empty() ? g : g + prior_gradient(x);
  }
  /// p -> H p at x. The Hessian of a prior is the derivative of its gradient, which is symmetric.
  [[nodiscard]] TensorMap hessian(const at::Tensor& x) const {
    const DataTerm data = data_term_of(problem, x.device());
    at::Tensor here, slope;
    if (!problem.priors.empty()) {
      const at::AutoGradMode graph(true);
      here = x.detach().requires_grad_(true);
      slope = prior_gradient(here);
    }
    return [this, weight = data.weight, here, slope](const at::Tensor& p) {
      const at::Tensor of_data = model().adjoint(weight * model().forward(p));
      if (!slope.defined()) return of_data;
      return of_data + torch::autograd::grad({slope}, {here}, {p}, /*retain_graph=*/true).front();
    };
  }
};

at::Tensor number_or_none(const std::map<std::string, at::Tensor>& numbers,
                          const std::string& name) {
  const auto found = numbers.find(name);
  return found == numbers.end() ? at::Tensor() : found->second;
}

}  // namespace

void Equilibrium::describe(Schema<Params>& s) {
  s.summary("A solver run to its end, with or without a network in it, and differentiated there.");
  s.equation("z = T(z; pre(y), numbers),  x = post(estimate(z))");
  s.equation("fixed_point: lambda = v + J^T lambda, dL/dtheta = (dT/dtheta)^T lambda");
  s.equation("stationary: H lambda = v, dL/dtheta = - d/dtheta <lambda, dJ/dx>");
  s.citation("S. Bai, J. Z. Kolter, V. Koltun, Deep equilibrium models, NeurIPS 2019");
  s.citation("S. Gould et al., arXiv 1607.05447, 2016: derivative of a minimum");
  s.convention(
      "Memory does not depend on the number of iterations. The solver works in photons, as in task "
      "reconstruct; a number is the softplus of its leaf.");
  s.gradient("exact to the tolerances (backward: jacobian_free: a direction of descent)");
  describe_learned_solver(s);
  s.choice("backward", &Params::backward,
           {{"fixed_point", Backward::kFixedPoint},
            {"stationary", Backward::kStationary},
            {"jacobian_free", Backward::kJacobianFree}})
      .doc(
          "How the gradient is found: from the step at its fixed point, from the gradient of a "
          "smooth objective at its minimum, or from one step alone.");
  s.key("tolerance", &Params::tolerance)
      .above(0.0)
      .below(1.0)
      .doc("|T(z) - z| / |T(z)| at which the solution is found.");
  s.key("iterations", &Params::iterations)
      .at_least(1)
      .at_most(10000000)
      .doc("Most steps of the solver; not reaching the tolerance is an error.");
  s.key("history", &Params::history)
      .at_least(0)
      .at_most(50)
      .doc("Steps that Anderson's mixing looks back; 0: plain iteration.");
  s.key("adjoint_tolerance", &Params::adjoint_tolerance)
      .above(0.0)
      .below(1.0)
      .doc("Relative residual of the equation for the gradient.");
  s.key("adjoint_iterations", &Params::adjoint_iterations)
      .at_least(1)
      .at_most(10000000)
      .doc("Most iterations for the gradient; not reaching the tolerance is an error.");
}

Equilibrium::Equilibrium(const Params& params, const BuildContext& context)
    : backward_(params.backward),
      forward_{params.tolerance, params.iterations, params.history},
      adjoint_{params.adjoint_tolerance, params.adjoint_iterations, params.history},
      solver_(params, context, 1) {
  if (backward_ == Backward::kStationary) check_smooth();
}

void Equilibrium::check_smooth() const {
  const std::string what = "equilibrium, backward: stationary needs a smooth objective, but ";
  if (solver_.setup()->network) {
    throw UsageError(what + "a network has none; write backward: fixed_point");
  }
  for (const auto& prior : solver_.setup()->priors) {
    if (prior->has_gradient()) continue;
    throw UsageError(what + "the prior " + prior->name() +
                     " has no gradient; write backward: fixed_point");
  }
}

Equilibrium::Givens Equilibrium::Givens::detached() const {
  Givens free{data.detached(), {}};
  for (const auto& [name, number] : numbers) free.numbers[name] = number.detach();
  return free;
}

ClassicalPart Equilibrium::classical() const {
  return solver_.classical(forward_.iterations, forward_.tolerance);
}

at::Tensor Equilibrium::apply(const at::Tensor& image, const StageScene& scene) const {
  const Givens givens{solver_.data(solver_.prepared(image), scene, kName),
                      solver_.scalars().of_step(0, image.scalar_type())};
  const at::Tensor z = solution(givens.detached());
  return solver_.finished(backward_ == Backward::kStationary ? of_stationary_point(givens, z)
                                                             : of_fixed_point(givens, z));
}

at::Tensor Equilibrium::solution(const Givens& givens) const {
  const at::NoGradGuard no_grad;
  SolverRun run(solver_.setup(), givens.data);
  if (!run.is_map()) {
    throw UsageError(
        "equilibrium needs a solver whose step is a map of tensors alone: admm, or "
        "gradient_descent");
  }
  const auto map = [&](const at::Tensor& z) {
    run.unpack(z);
    run.step(givens.numbers);
    return run.packed();
  };
  return fixed_point(map, run.packed(), forward_, kName);
}

at::Tensor Equilibrium::of_fixed_point(const Givens& givens, const at::Tensor& z) const {
  SolverRun run(solver_.setup(), givens.data);
  run.unpack(z);
  run.step(givens.numbers);
  if (backward_ == Backward::kJacobianFree || !at::GradMode::is_enabled()) return run.estimate();
  const auto solve = [setup = solver_.setup(), free = givens.detached(), z,
                      options = adjoint_](const at::Tensor& gradient) {
    const auto map = [&](const at::Tensor& point) {
      SolverRun again(setup, free.data);
      again.unpack(point);
      again.step(free.numbers);
      return again.packed();
    };
    return solve_adjoint_fixed_point(map, z, gradient, options);
  };
  const at::Tensor image = run.packed();
  run.unpack(image.requires_grad() ? with_gradient(image, solve) : image);
  return run.estimate();
}

at::Tensor Equilibrium::of_stationary_point(const Givens& givens, const at::Tensor& z) const {
  SolverRun run(solver_.setup(), givens.data);
  run.unpack(z);
  const at::Tensor x = run.object();
  const Objective objective{run.problem(), number_or_none(givens.numbers, "prior_weight")};
  const at::Tensor g = objective.gradient(x);
  if (!g.requires_grad()) return run.estimate();
  const auto solve = [setup = solver_.setup(), free = givens.detached(), x,
                      options = adjoint_](const at::Tensor& gradient) {
    const SolverRun again(setup, free.data);
    const Objective here{again.problem(), number_or_none(free.numbers, "prior_weight")};
    return -conjugate_gradients(here.hessian(x), gradient, options,
                                "the adjoint of the equilibrium");
  };
  // The value of x, the gradient of x - H^-1 g.
  run.set_object(x + (with_gradient(g, solve) - g.detach()));
  return run.estimate();
}

}  // namespace parfocal::learned
