// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/solver_run.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones_like.h>

#include "core/check.h"
#include "core/error.h"

namespace parfocal::learned {
namespace {

/// A detector whose counts were already turned into photons.
class PhotonImage final : public Likelihood {
 public:
  PhotonImage(const Likelihood& detector, Weighting weighting)
      : detector_(detector), weighting_(weighting) {}

  [[nodiscard]] at::Tensor sample(const at::Tensor& mean, RandomStream& random) const override {
    return detector_.quadratic(detector_.sample(mean, random)).target;
  }
  [[nodiscard]] at::Tensor negative_log_likelihood(const at::Tensor& mean,
                                                   const at::Tensor& photons) const override {
    return ((mean - photons).square() * weight(photons) * 0.5).sum({1, 2, 3});
  }
  [[nodiscard]] at::Tensor gradient(const at::Tensor& mean,
                                    const at::Tensor& photons) const override {
    return (mean - photons) * weight(photons);
  }
  [[nodiscard]] at::Tensor fisher_weight(const at::Tensor& mean) const override {
    return weight(mean);
  }
  [[nodiscard]] Quadratic quadratic(const at::Tensor& photons) const override {
    return {photons, weight(photons)};
  }

 private:
  [[nodiscard]] at::Tensor weight(const at::Tensor& photons) const {
    if (weighting_ == Weighting::kUniform) return at::ones_like(photons);
    return detector_.fisher_weight(photons.clamp_min(1.0));
  }

  const Likelihood& detector_;
  Weighting weighting_;
};

}  // namespace

SolverRun::SolverRun(const RunSetup& setup, const Camera& camera, const at::Tensor& image,
                     const StageScene& scene)
    : setup_(setup), photons_(scene.photons) {
  problem_.model = std::make_shared<Camera>(camera);
  problem_.likelihood = std::make_shared<PhotonImage>(scene.detector, setup.weighting);
  problem_.priors = setup.priors;
  problem_.counts = image * scene.photons;
  problem_.differentiable = true;
  state_ = setup.solver->init(problem_);
}

void SolverRun::step(std::map<std::string, at::Tensor> numbers) {
  state_->scalars = std::move(numbers);
  setup_.solver->step(problem_, *state_);
  if (setup_.network) refine();
}

void SolverRun::refine() {
  const std::vector<at::Tensor*> variables = state_->variables();
  if (variables.size() != 1) {
    throw UsageError(
        "a network inside of a solver needs one that keeps nothing but the object from step to "
        "step: gradient_descent without momentum");
  }
  at::Tensor& object = *variables.front();
  const at::Tensor better = setup_.network->forward(object / photons_) * photons_;
  object = object + setup_.relaxation * (better - object);
}

at::Tensor SolverRun::estimate() const {
  return setup_.solver->estimate(problem_, *state_) / photons_;
}

at::Tensor SolverRun::packed() const {
  std::vector<at::Tensor> rows;
  for (const at::Tensor* variable : state_->variables()) rows.push_back(variable->flatten(1));
  return at::cat(rows, 1);
}

void SolverRun::unpack(const at::Tensor& packed) {
  std::int64_t first = 0;
  for (at::Tensor* variable : state_->variables()) {
    const std::int64_t count = variable->numel() / variable->size(0);
    *variable = packed.narrow(1, first, count).reshape(variable->sizes());
    first += count;
  }
  PARFOCAL_CHECK(first == packed.size(1));
}

}  // namespace parfocal::learned
