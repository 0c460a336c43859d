// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/classical_solver.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>

#include "solvers/proximal/total_variation_fit.h"

namespace parfocal::learned {
namespace {

constexpr const char* kName = "the classical part of a learned stage";

std::shared_ptr<const RunSetup> without_network(const RunSetup& setup) {
  RunSetup plain = setup;
  plain.network = nullptr;
  return std::make_shared<const RunSetup>(std::move(plain));
}

at::Tensor item_by_item(const Stage& stage, const at::Tensor& image, const StageScene& scene) {
  std::vector<at::Tensor> items;
  for (std::int64_t i = 0; i < image.size(0); ++i) {
    items.push_back(stage.apply(image.narrow(0, i, 1), scene));
  }
  return at::cat(items);
}

}  // namespace

ClassicalSolver::ClassicalSolver(std::shared_ptr<const RunSetup> setup, std::int64_t steps,
                                 double tolerance)
    : setup_(without_network(*setup)), steps_(steps), tolerance_(tolerance) {}

at::Tensor ClassicalSolver::apply(const at::Tensor& image, const StageScene& scene) const {
  if (tolerance_ > 0.0 && image.size(0) > 1) return item_by_item(*this, image, scene);
  SolverRun run(setup_, run_data(image, scene, setup_->weighting, kName));
  for (std::int64_t k = 0; k < steps_; ++k) {
    const at::Tensor before = tolerance_ > 0.0 ? run.packed() : at::Tensor();
    run.step({});
    if (!before.defined()) continue;
    const at::Tensor after = run.packed();
    const double moved = (after - before).norm().item<double>();
    if (moved <= tolerance_ * after.norm().item<double>()) break;
  }
  return run.estimate();
}

at::Tensor FittedTotalVariation::apply(const at::Tensor& image, const StageScene& scene) const {
  if (image.size(0) > 1) return item_by_item(*this, image, scene);
  const RunData data = run_data(image, scene, Weighting::kDetector, kName);
  return solvers::fit_total_variation(problem_of(data, priors_)).estimate / data.photons;
}

}  // namespace parfocal::learned
