// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/learned_solver.h"

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
                             std::int64_t count) {
  RunSetup setup;
  setup.solver = placed<Solver>(params.solver, context, "solver");
  for (const ComponentConfig& prior : params.priors) {
    setup.priors.push_back(placed<Prior>(prior, context, prior.type->name));
  }
  setup.weighting = params.weighting;
  setup.network = network_of(params.network, context, "network", params.precision);
  setup.relaxation = params.relaxation;
  scalars_.emplace(context, params.solver.type->name, setup.solver->learnable(setup.priors),
                   params.learn, count);
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

}  // namespace parfocal::learned
