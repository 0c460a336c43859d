// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/admm.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/sqrt.h>

#include "core/error.h"
#include "solvers/own_state.h"
#include "solvers/priors/non_negative.h"
#include "solvers/proximal/admm_direct.h"
#include "solvers/proximal/admm_fused.h"
#include "solvers/proximal/admm_setup.h"

namespace parfocal::solvers {
namespace {

/// The named program fixes what the prior must say; a prior that says otherwise is no such variant.
void check_variant(const Admm::Params& params, const AdmmSetup& setup) {
  if (params.variant != "lenslesslearning" || !setup.variation) return;
  const TotalVariation::Params& tv = setup.variation->params();
  if (tv.kind == TvKind::kIsotropic && tv.boundary == DifferenceBoundary::kOpen) return;
  throw UsageError(
      "admm, variant lenslesslearning: its total variation is isotropic with an open boundary; "
      "write "
      "{type: total_variation, kind: isotropic, boundary: open}, or take another variant");
}

std::string obstacle_to_fused(const Problem& problem, const AdmmSetup& setup) {
  if (problem.differentiable) return "its numbers are learned";
  const bool gradient = at::GradMode::is_enabled() &&
                        (setup.transfer.requires_grad() || setup.data.target.requires_grad() ||
                         setup.data.weight.requires_grad());
  return gradient ? "a gradient is asked for" : fused_obstacle(setup);
}

void take_scalars(const std::map<std::string, at::Tensor>& scalars, AdmmPenalties& penalties) {
  const auto take = [&scalars](const char* name, at::Tensor& number) {
    const auto found = scalars.find(name);
    if (found != scalars.end()) number = found->second;
  };
  take("mu1", penalties.mu1);
  take("mu2", penalties.mu2);
  take("mu3", penalties.mu3);
  take("tau", penalties.tau);
}

}  // namespace

void Admm::describe(Schema<Params>& s) {
  s.summary("Alternating direction method of multipliers for a cropped convolution (DiffuserCam).");
  s.equation("min_v 1/2 |S A v - b|^2_W + tau |D v|_1 + (v >= 0);  splits x = A v, u = D v, w = v");
  s.citation(
      "N. Antipa et al., DiffuserCam: lensless single-exposure 3D imaging, Optica 5, 1 (2018)");
  s.citation("M. Almeida, M. Figueiredo, IEEE Trans. Image Process. 22, 3074 (2013)");
  s.convention(
      "Unscaled duals, all start at 0; tau is the weight of the prior total_variation in units of "
      "the data.");
  s.gradient("exact (direct engine)");
  s.variant("variant", &Params::variant,
            {{"tutorial", [](Params& p) { p = Params{}; }},
             {"picam",
              [](Params& p) {
                p = Params{};
                p.variant = "picam";
                p.order = AdmmOrder::kWBeforeV;
              }},
             {"lenslesslearning",
              [](Params& p) {
                p = Params{};
                p.variant = "lenslesslearning";
                p.order = AdmmOrder::kWBeforeV;
                p.output = AdmmOutput::kCrop;
                p.mu1 = p.mu2 = p.mu3 = 1e-4;
              }}})
      .doc("Published program whose defaults the other keys take.");
  s.key("iterations", &Params::iterations)
      .at_least(1)
      .at_most(1000000)
      .doc("Number of iterations.");
  s.key("mu1", &Params::mu1).above(0.0).doc("Penalty of the split x = A v.");
  s.key("mu2", &Params::mu2).above(0.0).doc("Penalty of the split u = D v.");
  s.key("mu3", &Params::mu3).above(0.0).doc("Penalty of the split w = v.");
  s.choice("order", &Params::order,
           {{"v_before_w", AdmmOrder::kVBeforeW}, {"w_before_v", AdmmOrder::kWBeforeV}})
      .doc("Whether the object v or its non-negative copy w is updated first.");
  s.choice("output", &Params::output, {{"clip", AdmmOutput::kClip}, {"crop", AdmmOutput::kCrop}})
      .doc("The sensor window of v, clipped at 0 or as it is.");
  s.choice("engine", &Params::engine,
           {{"auto", AdmmEngine::kAuto},
            {"direct", AdmmEngine::kDirect},
            {"fused", AdmmEngine::kFused}})
      .doc(
          "Differentiable updates, their minimal form with 4 real FFTs, or the fastest that "
          "applies.");
  s.key("tolerance", &Params::tolerance)
      .at_least(0.0)
      .doc("Stop when |v - v_old| / |v| falls below; 0 runs all iterations.");
}

std::unique_ptr<SolverState> Admm::init(const Problem& problem) const {
  AdmmSetup setup = admm_setup(problem);
  check_variant(params_, setup);
  if (params_.engine == AdmmEngine::kDirect) return admm_direct_init(std::move(setup), params_);
  const std::string obstacle = obstacle_to_fused(problem, setup);
  if (obstacle.empty()) return admm_fused_init(std::move(setup), params_);
  if (params_.engine == AdmmEngine::kAuto) return admm_direct_init(std::move(setup), params_);
  throw UsageError("admm: engine = fused does not apply: " + obstacle + "; use engine: auto");
}

void Admm::step(const Problem&, SolverState& state) const {
  if (auto* fused = dynamic_cast<AdmmFusedState*>(&state)) {
    fused->step();
  } else {
    auto& direct = dynamic_cast<AdmmDirectState&>(state);
    take_scalars(state.scalars, direct.penalties);
    admm_direct_step(direct, params_.order);
  }
  ++state.iteration;
}

at::Tensor Admm::estimate(const Problem&, const SolverState& state) const {
  const AdmmState& admm = own_state<AdmmState>(state);
  const at::Tensor window = admm.setup.crop(admm.object());
  return params_.output == AdmmOutput::kClip ? window.clamp_min(0) : window.clone();
}

Monitor Admm::monitor(const Problem& problem, const SolverState& state) const {
  const at::NoGradGuard no_grad;
  const AdmmState& admm = own_state<AdmmState>(state);
  const AdmmSums sums = admm.sums();
  const at::Tensor data = admm.setup.data.value(admm.image());
  Monitor values;
  values["data_term"] = to_vector(data);
  values["objective"] = to_vector(admm.objective(data));
  if (admm.setup.variation) values["tv_active_fraction"] = to_vector(sums.active);
  values["primal_residual"] = to_vector(at::sqrt(sums.primal));
  values["dual_residual"] = to_vector(at::sqrt(sums.dual));
  values["relative_change"] = admm.relative_change();
  values["output_data_term"] =
      to_vector(admm.setup.data.value(admm.image_of(estimate(problem, state))));
  return values;
}

std::vector<LearnableScalar> Admm::learnable(
    const std::vector<std::shared_ptr<const Prior>>& priors) const {
  std::vector<LearnableScalar> scalars{{"mu1", params_.mu1}};
  for (const auto& prior : priors) {
    if (const auto* tv = dynamic_cast<const TotalVariation*>(prior.get())) {
      scalars.push_back({"mu2", params_.mu2});
      scalars.push_back({"tau", tv->params().weight});
    } else if (dynamic_cast<const NonNegative*>(prior.get()) != nullptr) {
      scalars.push_back({"mu3", params_.mu3});
    }
  }
  return scalars;
}

std::vector<double> Admm::relative_change(const SolverState& state) const {
  return own_state<AdmmState>(state).relative_change();
}

}  // namespace parfocal::solvers
