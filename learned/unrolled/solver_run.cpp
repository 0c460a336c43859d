// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/solver_run.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones_like.h>

#include "core/check.h"
#include "core/error.h"
#include "solvers/data_term.h"

namespace parfocal::learned {
namespace {

/// A detector whose counts were already turned into photons of known weight.
class PhotonImage final : public Likelihood {
 public:
  explicit PhotonImage(at::Tensor weight) : weight_(std::move(weight)) {}

  [[nodiscard]] at::Tensor sample(const at::Tensor& mean, RandomStream& random) const override {
    return mean + random.normal(mean.sizes()).to(mean.options()) / weight_.sqrt();
  }
  [[nodiscard]] at::Tensor negative_log_likelihood(const at::Tensor& mean,
                                                   const at::Tensor& counts) const override {
    return sum_per_item((mean - counts).square() * weight_) * 0.5;
  }
  [[nodiscard]] at::Tensor gradient(const at::Tensor& mean,
                                    const at::Tensor& counts) const override {
    return (mean - counts) * weight_;
  }
  [[nodiscard]] at::Tensor fisher_weight(const at::Tensor&) const override { return weight_; }
  [[nodiscard]] Quadratic quadratic(const at::Tensor& counts) const override {
    return {counts, weight_};
  }

 private:
  at::Tensor weight_;
};

}  // namespace

RunData RunData::detached() const {
  return {Camera(camera.responses().detach(), camera.grids()), counts.detach(), weight.detach(),
          photons};
}

RunData run_data(const at::Tensor& image, const StageScene& scene, Weighting weighting,
                 const std::string& user) {
  const at::Tensor counts = image * scene.photons;
  const at::Tensor weight = weighting == Weighting::kUniform
                                ? at::ones_like(counts)
                                : scene.detector.fisher_weight(counts.clamp_min(1.0));
  return {camera_of(scene.model, user), counts, weight, scene.photons};
}

Problem problem_of(const RunData& data, std::vector<std::shared_ptr<const Prior>> priors) {
  Problem problem;
  problem.model = std::make_shared<Camera>(data.camera);
  problem.likelihood = std::make_shared<PhotonImage>(data.weight);
  problem.priors = std::move(priors);
  problem.counts = data.counts;
  return problem;
}

SolverRun::SolverRun(std::shared_ptr<const RunSetup> setup, const RunData& data)
    : setup_(std::move(setup)), photons_(data.photons), problem_(problem_of(data, setup_->priors)) {
  problem_.differentiable = true;
  state_ = setup_->solver->init(problem_);
}

void SolverRun::step(std::map<std::string, at::Tensor> numbers) {
  state_->scalars = std::move(numbers);
  setup_->solver->step(problem_, *state_);
  if (setup_->network) refine();
}

void SolverRun::refine() {
  const std::vector<at::Tensor*> variables = state_->variables();
  if (variables.size() != 1) {
    throw UsageError(
        "a network inside of a solver needs one that keeps nothing but the object from step to "
        "step: gradient_descent without momentum");
  }
  at::Tensor& object = *variables.front();
  const at::Tensor better = setup_->network->forward(object / photons_) * photons_;
  object = object + setup_->relaxation * (better - object);
}

at::Tensor SolverRun::estimate() const {
  return setup_->solver->estimate(problem_, *state_) / photons_;
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
