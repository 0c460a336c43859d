// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/fista.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/tensor/inner_product.h"
#include "solvers/own_state.h"
#include "solvers/proximal/admm_setup.h"

namespace parfocal::solvers {
namespace {

constexpr const char* kName = "fista";

class FistaState : public SolverState {
 public:
  explicit FistaState(const Problem& problem) : proximal(problem, kName) {}

  DataTerm data;
  ProximalPart proximal;
  at::Tensor x, x_old, y;       ///< Iterate, the one before, extrapolated point.
  at::Tensor image_x, image_y;  ///< A x, A y.
  std::vector<double> step, t, objective;
  /// Of a differentiable problem, where `step` starts at 1: the unit of the step [batch, 1, 1, 1],
  /// and what may be learned.
  at::Tensor unit, step_factor, momentum;
};

void take_scalars(FistaState& s) {
  const auto take = [&s](const char* name, at::Tensor& number) {
    const auto found = s.scalars.find(name);
    if (found != s.scalars.end()) number = found->second;
  };
  take("step_factor", s.step_factor);
  take("momentum", s.momentum);
}

/// One number per item, shaped to multiply a tensor of the batch.
at::Tensor per_item(const std::vector<double>& values, const at::Tensor& like) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
  shape[0] = static_cast<std::int64_t>(values.size());
  return at::tensor(values, at::kDouble).view(shape).to(like.options());
}

at::Tensor choose(const std::vector<bool>& take, const at::Tensor& yes, const at::Tensor& no) {
  std::vector<double> flags(take.begin(), take.end());
  return at::where(per_item(flags, yes).ne(0), yes, no);
}

struct Proposal {
  at::Tensor x, image;
};

Proposal propose(const FistaState& s, const LinearOperator& model, const at::Tensor& gradient) {
  at::Tensor step = per_item(s.step, s.y);
  if (s.unit.defined()) step = step * s.step_factor * s.unit;
  const at::Tensor x = s.proximal.prox(s.y - step * gradient, s.step);
  return {x, model.forward(x)};
}

/// Halves the step of every item whose quadratic model does not bound the data term:
/// (x - y)^T A^T W A (x - y) <= |x - y|^2 / a.
Proposal backtrack(FistaState& s, const LinearOperator& model, const at::Tensor& gradient) {
  constexpr int kMostHalvings = 200;
  constexpr double kRounding = 1.0 + 1e-6;
  for (int i = 0; i < kMostHalvings; ++i) {
    const Proposal proposal = propose(s, model, gradient);
    const at::Tensor moved = (proposal.image - s.image_y).detach();
    const std::vector<double> curvature = to_vector(sum_per_item(s.data.weight * moved * moved));
    const std::vector<double> distance = squared_norm_per_item((proposal.x - s.y).detach());
    bool good = true;
    for (std::size_t k = 0; k < s.step.size(); ++k) {
      if (curvature[k] * s.step[k] <= distance[k] * kRounding) continue;
      s.step[k] *= 0.5;
      good = false;
    }
    if (good) return proposal;
  }
  throw NumericError("fista: backtracking found no step");
}

/// Rejects what raised the objective and drops the momentum of those items.
void reject(FistaState& s, const std::vector<bool>& rejected, const at::Tensor& image_old) {
  for (std::size_t i = 0; i < rejected.size(); ++i) {
    if (!rejected[i]) continue;
    if (s.t[i] == 1.0) s.step[i] *= 0.5;
    s.t[i] = 1.0;
  }
  s.x = choose(rejected, s.x_old, s.x);
  s.image_x = choose(rejected, image_old, s.image_x);
}

Fista::Params variant(double step_factor) {
  Fista::Params p;
  p.step_factor = step_factor;
  p.start = Start::kPsfMidrange;
  p.restart = false;
  p.output = FistaOutput::kExtrapolated;
  return p;
}

}  // namespace

void Fista::describe(Schema<Params>& s) {
  s.summary("Fast iterative shrinkage-thresholding.");
  s.equation("x' = prox_{a R}(y - a A^T W (A y - b));  y' = x' + (t - 1) / t' (x' - x)");
  s.citation("A. Beck, M. Teboulle, SIAM J. Imaging Sci. 2, 183 (2009), eqs. 4.1 to 4.3");
  s.citation("B. O'Donoghue, E. Candes, Found. Comput. Math. 15, 715 (2015), section 3.2: restart");
  s.convention(
      "a = step_factor / L, L = norm_bound^2 max W; above 1 there is no proof, keep restart on.");
  s.gradient("exact for a fixed step and momentum");
  s.variant("variant", &Params::variant,
            {{"standard", [](Params& p) { p = Params{}; }},
             {"tutorial", [](Params& p) { p = solvers::variant(2.0); }},
             {"picam", [](Params& p) { p = solvers::variant(1.8); }}})
      .doc("Program whose iterates are reproduced (with scaling: orthonormal in the model).");
  s.key("iterations", &Params::iterations)
      .at_least(1)
      .at_most(1000000)
      .doc("Number of iterations.");
  s.choice("step", &Params::step,
           {{"norm_bound", StepRule::kNormBound}, {"backtracking", StepRule::kBacktracking}})
      .doc("Step from the model's norm bound, or halved until the data term is bounded.");
  s.key("step_factor", &Params::step_factor).above(0.0).doc("First step in units of 1 / L.");
  s.choice("start", &Params::start, {{"zero", Start::kZero}, {"psf_midrange", Start::kPsfMidrange}})
      .doc("First object: 0, or the constant (max h + min h) / 2 inside the sensor window.");
  s.key("momentum", &Params::momentum)
      .doc("Extrapolate from the last two iterates; without, the proximal gradient method.");
  s.key("restart", &Params::restart)
      .doc("Reject an iterate that raises the objective and drop the momentum.");
  s.choice("output", &Params::output,
           {{"iterate", FistaOutput::kIterate}, {"extrapolated", FistaOutput::kExtrapolated}})
      .doc("x, or max(y, 0) as DiffuserCam-Tutorial and LenslessPiCam return it.");
  s.key("tolerance", &Params::tolerance)
      .at_least(0.0)
      .doc("Stops an item when |x - x_old| / |x| falls below; 0 runs all iterations.");
}

std::unique_ptr<SolverState> Fista::init(const Problem& problem) const {
  auto state = std::make_unique<FistaState>(problem);
  const LinearOperator& model = linear_model(problem, kName);
  state->data = data_term_of(problem, problem.counts.device());
  if (state->proximal.has_units()) {
    throw UsageError(std::string(kName) + ": its step is one for all channels, but " +
                     state->proximal.name() + " has units for each; use pnp_hqs or pnp_admm");
  }
  if (params_.restart && !state->proximal.has_value()) {
    throw UsageError(std::string(kName) + ": restart compares objectives, but the prior " +
                     state->proximal.name() + " has no value; write restart: false");
  }
  const std::size_t items = static_cast<std::size_t>(state->data.target.size(0));
  if (problem.differentiable) prepare_to_learn(model, *state);
  const bool unbounded = params_.step == StepRule::kBacktracking && !model.norm_bound();
  const double step =
      params_.step_factor / (unbounded ? 1.0 : curvature_bound(model, state->data, kName));
  state->step.assign(items, problem.differentiable ? 1.0 : step);
  state->t.assign(items, 1.0);
  state->objective.assign(items, std::numeric_limits<double>::infinity());
  state->x = state->x_old = state->y = start_object(problem, state->data, params_.start, kName);
  state->image_x = state->image_y = model.forward(state->x);
  return state;
}

void Fista::prepare_to_learn(const LinearOperator& model, SolverState& state) const {
  FistaState& s = own_state<FistaState>(state);
  if (params_.step == StepRule::kBacktracking) {
    throw UsageError("fista: a search has no derivative; write step: norm_bound to learn numbers");
  }
  if (s.proximal.depends_on_step()) {
    throw UsageError("fista: the prox of " + s.proximal.name() +
                     " has no derivative in the step; to learn numbers take non_negative alone, or "
                     "admm");
  }
  s.unit = curvature_per_item(model, s.data, kName).reciprocal();
  s.step_factor = at::full({}, params_.step_factor, s.unit.options());
  s.momentum = at::full({}, 1.0, s.unit.options());
}

std::vector<LearnableScalar> Fista::learnable(
    const std::vector<std::shared_ptr<const Prior>>&) const {
  std::vector<LearnableScalar> scalars{{"step_factor", params_.step_factor}};
  if (params_.momentum) scalars.push_back({"momentum", 1.0});
  return scalars;
}

void Fista::step(const Problem& problem, SolverState& state) const {
  FistaState& s = own_state<FistaState>(state);
  if (problem.differentiable) take_scalars(s);
  const LinearOperator& model = linear_model(problem, kName);
  const at::Tensor gradient = model.adjoint(s.data.gradient(s.image_y));
  const Proposal next = params_.step == StepRule::kBacktracking ? backtrack(s, model, gradient)
                                                                : propose(s, model, gradient);
  const at::Tensor image_old = s.image_x;
  s.x_old = s.x;
  s.x = next.x;
  s.image_x = next.image;

  std::vector<double> beta(s.t.size(), 0.0);
  std::vector<bool> rejected(s.t.size(), false);
  std::vector<double> objective;
  if (params_.restart) {
    objective = to_vector(s.data.value(s.image_x) + s.proximal.value(s.x));
    bool any = false;
    for (std::size_t i = 0; i < beta.size(); ++i) {
      rejected[i] = objective[i] > s.objective[i];
      if (!rejected[i]) s.objective[i] = objective[i];
      any = any || rejected[i];
    }
    if (any) reject(s, rejected, image_old);
  }
  for (std::size_t i = 0; i < beta.size(); ++i) {
    if (rejected[i]) continue;
    const double grown = (1.0 + std::sqrt(1.0 + 4.0 * s.t[i] * s.t[i])) / 2.0;
    if (params_.momentum) beta[i] = (s.t[i] - 1.0) / grown;
    s.t[i] = grown;
  }
  // A is linear, so A y follows from A x without a transform.
  at::Tensor of_object = per_item(beta, s.x), of_image = per_item(beta, image_old);
  if (s.unit.defined()) {
    of_object = of_object * s.momentum;
    of_image = of_image * s.momentum;
  }
  s.y = s.x + of_object * (s.x - s.x_old);
  s.image_y = s.image_x + of_image * (s.image_x - image_old);
  ++state.iteration;
}

at::Tensor Fista::estimate(const Problem& problem, const SolverState& state) const {
  const FistaState& s = own_state<FistaState>(state);
  if (params_.output == FistaOutput::kIterate) return sensor_window(problem, s.x).contiguous();
  return sensor_window(problem, s.y).clamp_min(0);
}

Monitor Fista::monitor(const Problem& problem, const SolverState& state) const {
  const at::NoGradGuard no_grad;
  const FistaState& s = own_state<FistaState>(state);
  const at::Tensor data = s.data.value(s.image_x);
  Monitor monitor;
  monitor["data_term"] = to_vector(data);
  if (s.proximal.has_value()) {
    monitor["objective"] = to_vector(data + s.proximal.value(s.x));
  }
  monitor["output_data_term"] =
      to_vector(output_data_term(problem, s.data, estimate(problem, state)));
  monitor["relative_change"] = relative_change(state);
  return monitor;
}

std::vector<double> Fista::relative_change(const SolverState& state) const {
  const FistaState& s = own_state<FistaState>(state);
  return relative_change_of(squared_norm_per_item((s.x - s.x_old).detach()),
                            squared_norm_per_item(s.x.detach()));
}

}  // namespace parfocal::solvers
