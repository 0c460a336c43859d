// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/pnp_hqs.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/tensor/dihedral.h"
#include "core/tensor/inner_product.h"
#include "solvers/own_state.h"
#include "solvers/proximal/admm_setup.h"
#include "solvers/proximal/data_prox.h"

namespace parfocal::solvers {
namespace {

constexpr const char* kName = "pnp_hqs";

class HqsState : public SolverState {
 public:
  HqsState(const Problem& problem, const ConjugateGradientLimits& limits)
      : data_step(problem, kName, limits), proximal(problem, kName) {}

  DataProx data_step;
  ProximalPart proximal;
  std::vector<std::vector<double>> sigmas;  ///< Per item.
  at::Tensor x, z, z_old;
};

std::vector<double> sigmas_at(const HqsState& s, std::int64_t iteration) {
  std::vector<double> values;
  for (const auto& item : s.sigmas) values.push_back(item[static_cast<std::size_t>(iteration)]);
  return values;
}

}  // namespace

void PnpHqs::describe(Schema<Params>& s) {
  s.summary("Plug-and-play half-quadratic splitting with an annealed noise level (DPIR).");
  s.equation(
      "x_k = argmin 1/2 |A x - b|^2_W + lambda / (2 s_k^2) |x - z|^2;  z = prox_{s_k^2 R}(x_k)");
  s.citation("K. Zhang et al., IEEE Trans. Pattern Anal. Mach. Intell. 44, 6360 (2022)");
  s.convention(
      "s_k from sigma_start to end_factor times the noise level of the detector; iteration k turns "
      "the image by element k mod 8 of the dihedral group before the prior sees it.");
  s.gradient("exact");
  s.variant("variant", &Params::variant,
            {{"dpir", [](Params& p) { p = Params{}; }}, {"tuned", [](Params& p) { p = tuned(); }}})
      .doc("Schedule whose values the other keys take: the published one, or one with less error.");
  s.key("iterations", &Params::iterations)
      .at_least(1)
      .at_most(1000000)
      .doc("Number of iterations K; the length of `sigmas` where they are listed.");
  s.key("sigma_start", &Params::sigma_start)
      .above(0.0)
      .doc("First noise level s_1, in the unit of the object.");
  s.key("sigma_end", &Params::sigma_end)
      .above(0.0)
      .doc("Last noise level s_K, in the unit of the object; default end_factor sigma_n.");
  s.key("end_factor", &Params::end_factor)
      .above(0.0)
      .doc("Last noise level in units of that of the detector.");
  s.key("shape", &Params::shape)
      .above(0.0)
      .doc("Exponent of the schedule; 1 is evenly spaced in the logarithm, less falls sooner.");
  s.key("sigmas", &Params::sigmas).doc("The noise levels themselves, in the unit of the object.");
  s.key("lambda", &Params::lambda).above(0.0).doc("Weight of the prior against the data.");
  s.key("lambda_end", &Params::lambda_end)
      .above(0.0)
      .doc("Weight at the last iteration, evenly spaced in the logarithm; default the same.");
  s.key("x8", &Params::x8).doc("Whether the prior sees a turned or mirrored image by turns.");
  describe_start(s, &Params::start);
  s.key("cg_tolerance", &Params::cg_tolerance)
      .above(0.0)
      .below(1.0)
      .doc("Relative residual of the data step where it has no closed form.");
  s.key("cg_iterations", &Params::cg_iterations)
      .at_least(1)
      .doc("Most conjugate gradient steps of one data step.");
  s.check([](const Params& p) {
    const bool good =
        !p.sigmas || (!p.sigmas->empty() && *std::ranges::min_element(*p.sigmas) > 0.0);
    return good ? "" : "sigmas: expected at least one noise level, all above 0";
  });
}

std::int64_t PnpHqs::iterations() const {
  return params_.sigmas ? static_cast<std::int64_t>(params_.sigmas->size()) : params_.iterations;
}

PnpHqs::Params PnpHqs::tuned() {
  Params p;
  p.variant = "tuned";
  p.end_factor = 1.6;
  p.shape = 0.7;
  p.lambda = 0.26;
  p.lambda_end = 0.24;
  return p;
}

double PnpHqs::progress(std::int64_t k) const {
  const std::int64_t last = iterations() - 1;
  return last == 0 ? 1.0 : static_cast<double>(k) / static_cast<double>(last);
}

double PnpHqs::lambda_at(std::int64_t k) const {
  if (!params_.lambda_end) return params_.lambda;
  return params_.lambda * std::pow(*params_.lambda_end / params_.lambda, progress(k));
}

std::vector<double> PnpHqs::schedule(double noise_level) const {
  if (params_.sigmas) return *params_.sigmas;
  const double first = params_.sigma_start;
  const double last = params_.sigma_end.value_or(params_.end_factor * noise_level);
  if (first < last) {
    throw UsageError(fmt::format(
        "pnp_hqs: sigma_start = {:g} lies below the last noise level {:g}; both are in the unit of "
        "the object: raise sigma_start, or set sigma_end",
        first, last));
  }
  std::vector<double> sigmas;
  for (std::int64_t k = 0; k < params_.iterations; ++k) {
    sigmas.push_back(first * std::pow(last / first, std::pow(progress(k), params_.shape)));
  }
  return sigmas;
}

std::unique_ptr<SolverState> PnpHqs::init(const Problem& problem) const {
  auto state = std::make_unique<HqsState>(
      problem, ConjugateGradientLimits{params_.cg_tolerance, params_.cg_iterations});
  for (const double level : state->data_step.noise_levels()) {
    state->sigmas.push_back(schedule(level));
  }
  state->x = state->z = state->z_old =
      start_object(problem, state->data_step.data(), params_.start, kName);
  return state;
}

void PnpHqs::step(const Problem&, SolverState& state) const {
  HqsState& s = own_state<HqsState>(state);
  const std::vector<double> sigma = sigmas_at(s, state.iteration);
  const double lambda = lambda_at(state.iteration);
  std::vector<double> mu, steps;
  for (const double level : sigma) {
    mu.push_back(lambda / (level * level));
    steps.push_back(level * level);
  }
  s.x = s.data_step.prox(s.z, mu);
  s.z_old = s.z;
  const int element = params_.x8 ? static_cast<int>(state.iteration % kDihedralElements) : 0;
  s.z = dihedral(s.proximal.prox(dihedral(s.x, element).contiguous(), steps),
                 dihedral_inverse(element));
  ++state.iteration;
}

at::Tensor PnpHqs::estimate(const Problem& problem, const SolverState& state) const {
  return sensor_window(problem, own_state<HqsState>(state).z).contiguous();
}

Monitor PnpHqs::monitor(const Problem& problem, const SolverState& state) const {
  const at::NoGradGuard no_grad;
  const HqsState& s = own_state<HqsState>(state);
  const DataTerm& data = s.data_step.data();
  Monitor monitor;
  monitor["data_term"] = to_vector(data.value(problem.model->forward(s.z)));
  monitor["output_data_term"] =
      to_vector(output_data_term(problem, data, estimate(problem, state)));
  monitor["sigma"] = sigmas_at(s, std::max<std::int64_t>(state.iteration - 1, 0));
  monitor["primal_residual"] = distances(s.x, s.z);
  monitor["dual_residual"] = distances(s.z, s.z_old);
  monitor["relative_change"] = relative_change(state);
  return monitor;
}

std::vector<double> PnpHqs::relative_change(const SolverState& state) const {
  const HqsState& s = own_state<HqsState>(state);
  return relative_change_of(squared_norm_per_item((s.z - s.z_old).detach()),
                            squared_norm_per_item(s.z.detach()));
}

}  // namespace parfocal::solvers
