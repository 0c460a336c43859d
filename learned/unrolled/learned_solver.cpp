// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/learned_solver.h"

#include <fmt/format.h>

#include <algorithm>

#include "learned/unrolled/classical_solver.h"

namespace parfocal::learned {
namespace {

std::shared_ptr<const ImageNetwork> network_of(const ComponentConfig& config,
                                               const BuildContext& context, const std::string& key,
                                               NetworkPrecision precision) {
  if (!config) return nullptr;
  return std::make_shared<ImageNetwork>(config, context, key, precision);
}

/// A component of the stage under the path of the stage, which the experiment may have named.
template <class Interface>
std::shared_ptr<const Interface> placed(ComponentConfig config, const BuildContext& context,
                                        const std::string& key) {
  config.path = context.child(key).path;
  return build<Interface>(config, context);
}

}  // namespace

LearnedSolver::LearnedSolver(const LearnedSolverParams& params, const BuildContext& context,
                             std::int64_t count)
    : name_(params.solver.type->name) {
  RunSetup setup;
  setup.solver = placed<Solver>(params.solver, context, "solver");
  for (const ComponentConfig& prior : params.priors) {
    setup.priors.push_back(placed<Prior>(prior, context, prior.type->name));
  }
  setup.weighting = params.weighting;
  setup.network = network_of(params.network, context, "network", params.precision);
  setup.relaxation = params.relaxation;
  scalars_.emplace(context, name_, setup.solver->learnable(setup.priors), params.learn, count);
  setup_ = std::make_shared<const RunSetup>(std::move(setup));
  pre_ = network_of(params.pre, context, "pre", params.precision);
  post_ = network_of(params.post, context, "post", params.precision);
}

at::Tensor LearnedSolver::prepared(const at::Tensor& image) const {
  return pre_ ? pre_->forward(image) : image;
}

at::Tensor LearnedSolver::finished(const at::Tensor& estimate) const {
  return post_ ? post_->forward(estimate) : estimate;
}

bool LearnedSolver::has_learned_prior() const {
  return setup_->network ||
         std::ranges::any_of(setup_->priors, [](const auto& prior) { return prior->is_learned(); });
}

bool LearnedSolver::has_learned() const {
  return !scalars_->empty() || pre_ || post_ || has_learned_prior();
}

ClassicalPart LearnedSolver::classical(std::int64_t steps, double tolerance) const {
  if (has_learned_prior()) {
    return {"total variation fitted to the noise",
            std::make_shared<FittedTotalVariation>(setup_->priors)};
  }
  return {fmt::format("{}, {}{} steps", name_, tolerance > 0.0 ? "at most " : "", steps),
          std::make_shared<ClassicalSolver>(setup_, steps, tolerance)};
}

}  // namespace parfocal::learned
