// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/pnp_admm.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "core/check.h"
#include "core/tensor/inner_product.h"
#include "solvers/own_state.h"
#include "solvers/proximal/data_prox.h"

namespace parfocal::solvers {
namespace {

constexpr const char* kName = "pnp_admm";

class PnpAdmmState : public SolverState {
 public:
  PnpAdmmState(const Problem& problem, const ConjugateGradientLimits& limits)
      : data_step(problem, kName, limits), proximal(problem, kName) {}

  DataProx data_step;
  ProximalPart proximal;
  at::Tensor x, z, z_old, u;
};

}  // namespace

void PnpAdmm::describe(Schema<Params>& s) {
  s.summary("Plug-and-play alternating direction method of multipliers for any prior with a prox.");
  s.equation(
      "x = argmin 1/2 |A x - b|^2_W + lambda / (2 sigma^2) |x - z + u|^2;  z = prox_{sigma^2 R}(x "
      "+ "
      "u);  u += x - z");
  s.citation("S. Venkatakrishnan et al., Plug-and-play priors, GlobalSIP (2013)");
  s.citation("S. Boyd et al., Found. Trends Mach. Learn. 3, 1 (2011), section 3.1.1");
  s.convention("A denoiser is asked for D(x + u, sigma); u starts at 0.");
  s.gradient("exact");
  s.key("iterations", &Params::iterations)
      .at_least(1)
      .at_most(1000000)
      .doc("Number of iterations.");
  s.key("sigma", &Params::sigma)
      .required()
      .above(0.0)
      .doc("Noise level that the prior removes, in the unit of the object.");
  s.key("lambda", &Params::lambda).above(0.0).doc("Weight of the prior against the data.");
  describe_start(s, &Params::start);
  s.key("tolerance", &Params::tolerance)
      .at_least(0.0)
      .doc("Stops an item when max(|x - z|, |z - z_old|) <= tolerance |x|; 0 runs all iterations.");
  s.key("cg_tolerance", &Params::cg_tolerance)
      .above(0.0)
      .below(1.0)
      .doc("Relative residual of the data step where it has no closed form.");
  s.key("cg_iterations", &Params::cg_iterations)
      .at_least(1)
      .doc("Most conjugate gradient steps of one data step.");
}

std::unique_ptr<SolverState> PnpAdmm::init(const Problem& problem) const {
  PARFOCAL_CHECK(params_.sigma > 0.0);
  auto state = std::make_unique<PnpAdmmState>(
      problem, ConjugateGradientLimits{params_.cg_tolerance, params_.cg_iterations});
  state->x = state->z = state->z_old =
      start_object(problem, state->data_step.data(), params_.start, kName);
  state->u = at::zeros_like(state->z);
  return state;
}

void PnpAdmm::step(const Problem&, SolverState& state) const {
  PnpAdmmState& s = own_state<PnpAdmmState>(state);
  const double variance = params_.sigma * params_.sigma;
  const auto items = static_cast<std::size_t>(s.z.size(0));
  s.x = s.data_step.prox(s.z - s.u, std::vector<double>(items, params_.lambda / variance));
  s.z_old = s.z;
  s.z = s.proximal.prox(s.x + s.u, std::vector<double>(items, variance));
  s.u = s.u + s.x - s.z;
  ++state.iteration;
}

at::Tensor PnpAdmm::estimate(const Problem& problem, const SolverState& state) const {
  return sensor_window(problem, own_state<PnpAdmmState>(state).z).contiguous();
}

Monitor PnpAdmm::monitor(const Problem& problem, const SolverState& state) const {
  const at::NoGradGuard no_grad;
  const PnpAdmmState& s = own_state<PnpAdmmState>(state);
  const DataTerm& data = s.data_step.data();
  const at::Tensor data_term = data.value(problem.model->forward(s.z));
  Monitor monitor;
  monitor["data_term"] = to_vector(data_term);
  if (s.proximal.has_value()) {
    monitor["objective"] = to_vector(data_term + params_.lambda * s.proximal.value(s.z));
  }
  monitor["output_data_term"] =
      to_vector(output_data_term(problem, data, estimate(problem, state)));
  monitor["primal_residual"] = distances(s.x, s.z);
  monitor["dual_residual"] = distances(s.z, s.z_old);
  monitor["relative_change"] = relative_change(state);
  return monitor;
}

std::vector<double> PnpAdmm::relative_change(const SolverState& state) const {
  const PnpAdmmState& s = own_state<PnpAdmmState>(state);
  const std::vector<double> norm = distances(s.x, at::zeros_like(s.x));
  const std::vector<double> primal = distances(s.x, s.z), dual = distances(s.z, s.z_old);
  std::vector<double> relative(norm.size(), 0.0);
  for (std::size_t i = 0; i < norm.size(); ++i) {
    const double worst = std::max(primal[i], dual[i]);
    if (worst != 0.0) relative[i] = worst / norm[i];
  }
  return relative;
}

}  // namespace parfocal::solvers
