// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/gradient_descent.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/tensor/inner_product.h"
#include "solvers/own_state.h"
#include "solvers/priors/non_negative.h"
#include "solvers/proximal/admm_setup.h"

namespace parfocal::solvers {
namespace {

constexpr const char* kName = "gradient_descent";

class DescentState : public SolverState {
 public:
  DataTerm data;
  std::vector<std::shared_ptr<const Prior>> smooth;
  bool non_negative = false;
  double step = 0.0;
  at::Tensor v, v_old, velocity;
  /// Of a differentiable problem: curvature of the data term and of the priors, [batch, 1, 1, 1]
  /// and a number, and what may be learned.
  at::Tensor data_curvature, step_factor, momentum, prior_weight;
  double prior_curvature = 0.0;
  bool moves_on = false;  ///< The momentum is not 0.

  [[nodiscard]] std::vector<at::Tensor*> variables() override {
    return moves_on ? std::vector<at::Tensor*>{&v, &velocity} : std::vector<at::Tensor*>{&v};
  }
  /// Of data term and priors at v.
  [[nodiscard]] at::Tensor gradient(const LinearOperator& model) const {
    at::Tensor sum = model.adjoint(data.gradient(model.forward(v)));
    for (const auto& prior : smooth) {
      const at::Tensor pull = prior->gradient(v);
      sum = sum + (prior_weight.defined() ? prior_weight * pull : pull);
    }
    return sum;
  }
  [[nodiscard]] at::Tensor learned_step() const {
    return step_factor / (data_curvature + prior_weight * prior_curvature);
  }
};

/// Momentum and step are numbers, or tensors of a differentiable problem.
template <class Momentum, class Step>
void advance(DescentState& s, const Momentum& m, const Step& step, const at::Tensor& gradient) {
  const at::Tensor velocity = m * s.velocity - step * gradient;
  at::Tensor next = s.v - m * s.velocity + (1.0 + m) * velocity;
  if (s.non_negative) next = next.clamp_min(0);
  s.v_old = s.v;
  s.v = next;
  s.velocity = velocity;
}

void take_scalars(DescentState& s) {
  const auto take = [&s](const char* name, at::Tensor& number) {
    const auto found = s.scalars.find(name);
    if (found != s.scalars.end()) number = found->second;
  };
  take("step_factor", s.step_factor);
  take("momentum", s.momentum);
  take("prior_weight", s.prior_weight);
}

void take_priors(const Problem& problem, DescentState& state) {
  for (const auto& prior : problem.priors) {
    if (std::dynamic_pointer_cast<const NonNegative>(prior)) {
      state.non_negative = true;
    } else if (prior->has_gradient()) {
      state.smooth.push_back(prior);
      state.prior_curvature += prior->curvature();
    } else {
      throw UsageError(std::string(kName) + " needs priors with a gradient, which " +
                       prior->name() + " has not; fista takes any prox");
    }
  }
}

}  // namespace

void GradientDescent::describe(Schema<Params>& s) {
  s.summary("Projected gradient descent, plain or with Nesterov's momentum.");
  s.equation(
      "p' = m p - a A^T W (A v - b);  v <- max(v - m p + (1 + m) p', 0);  a = step_factor / L");
  s.citation("Y. Nesterov, Soviet Math. Doklady 27, 372 (1983)");
  s.convention(
      "L = norm_bound^2 max W and the curvature of the priors; the clip follows the prior "
      "non_negative.");
  s.gradient("exact");
  s.variant("variant", &Params::variant,
            {{"standard", [](Params& p) { p = Params{}; }},
             {"tutorial",
              [](Params& p) {
                p = Params{};
                p.step_factor = 2.0;
                p.start = Start::kPsfMidrange;
              }},
             {"picam",
              [](Params& p) {
                p = Params{};
                p.step_factor = 1.8;
                p.start = Start::kPsfMidrange;
              }},
             {"picam_nesterov",
              [](Params& p) {
                p = Params{};
                p.step_factor = 1.8;
                p.momentum = 0.9;
                p.start = Start::kPsfMidrange;
              }}})
      .doc("Program whose iterates are reproduced (with scaling: orthonormal in the model).");
  s.key("iterations", &Params::iterations)
      .at_least(1)
      .at_most(1000000)
      .doc("Number of iterations.");
  s.key("step_factor", &Params::step_factor).above(0.0).at_most(2.0).doc("Step in units of 1 / L.");
  s.key("momentum", &Params::momentum).at_least(0.0).below(1.0).doc("m; 0 is plain descent.");
  s.choice("start", &Params::start, {{"zero", Start::kZero}, {"psf_midrange", Start::kPsfMidrange}})
      .doc("First object: 0, or the constant (max h + min h) / 2 inside the sensor window.");
  s.key("tolerance", &Params::tolerance)
      .at_least(0.0)
      .doc("Stops an item when |v - v_old| / |v| falls below; 0 runs all iterations.");
}

std::unique_ptr<SolverState> GradientDescent::init(const Problem& problem) const {
  auto state = std::make_unique<DescentState>();
  const LinearOperator& model = linear_model(problem, kName);
  state->data = data_term_of(problem, problem.counts.device());
  take_priors(problem, *state);
  state->v = state->v_old = start_object(problem, state->data, params_.start, kName);
  state->velocity = at::zeros_like(state->v);
  state->moves_on = params_.momentum > 0.0;
  if (problem.differentiable) {
    const auto number = [&](double value) { return at::full({}, value, state->v.options()); };
    state->data_curvature = curvature_per_item(model, state->data, kName);
    state->step_factor = number(params_.step_factor);
    state->momentum = number(params_.momentum);
    state->prior_weight = number(1.0);
  } else {
    state->step =
        params_.step_factor / (curvature_bound(model, state->data, kName) + state->prior_curvature);
  }
  return state;
}

void GradientDescent::step(const Problem& problem, SolverState& state) const {
  DescentState& s = own_state<DescentState>(state);
  const LinearOperator& model = linear_model(problem, kName);
  if (problem.differentiable) {
    take_scalars(s);
    advance(s, s.momentum, s.learned_step(), s.gradient(model));
  } else {
    advance(s, params_.momentum, s.step, s.gradient(model));
  }
  ++state.iteration;
}

at::Tensor GradientDescent::estimate(const Problem& problem, const SolverState& state) const {
  return sensor_window(problem, own_state<DescentState>(state).v).contiguous();
}

Monitor GradientDescent::monitor(const Problem& problem, const SolverState& state) const {
  const at::NoGradGuard no_grad;
  const DescentState& s = own_state<DescentState>(state);
  const at::Tensor data = s.data.value(problem.model->forward(s.v));
  Monitor monitor;
  monitor["data_term"] = to_vector(data);
  if (std::ranges::all_of(s.smooth, [](const auto& prior) { return prior->has_value(); })) {
    at::Tensor objective = data;
    for (const auto& prior : s.smooth) objective = objective + prior->value(s.v);
    monitor["objective"] = to_vector(objective);
  } else {
    const at::Tensor gradient = s.gradient(linear_model(problem, kName));
    monitor["gradient_residual"] = distances(gradient, at::zeros_like(gradient));
  }
  monitor["output_data_term"] =
      to_vector(output_data_term(problem, s.data, estimate(problem, state)));
  monitor["relative_change"] = relative_change(state);
  return monitor;
}

std::vector<LearnableScalar> GradientDescent::learnable(
    const std::vector<std::shared_ptr<const Prior>>& priors) const {
  std::vector<LearnableScalar> scalars{{"step_factor", params_.step_factor}};
  if (params_.momentum > 0.0) scalars.push_back({"momentum", params_.momentum});
  const auto smooth = [](const auto& prior) { return prior->has_gradient(); };
  if (std::ranges::any_of(priors, smooth)) scalars.push_back({"prior_weight", 1.0});
  return scalars;
}

std::vector<double> GradientDescent::relative_change(const SolverState& state) const {
  const DescentState& s = own_state<DescentState>(state);
  return relative_change_of(squared_norm_per_item((s.v - s.v_old).detach()),
                            squared_norm_per_item(s.v.detach()));
}

}  // namespace parfocal::solvers
