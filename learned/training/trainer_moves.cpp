// SPDX-License-Identifier: Apache-2.0
#include "learned/training/trainer_moves.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros_like.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>

#include <cmath>

#include "core/check.h"
#include "core/error.h"

namespace parfocal {
namespace {

/// Options with every field set: LibTorch's groups do not inherit from each other.
std::unique_ptr<torch::optim::OptimizerOptions> options_of(const Optimizer& o,
                                                           double weight_decay) {
  switch (o.method) {
    case Optimizer::Method::kAdam: {
      auto options = std::make_unique<torch::optim::AdamOptions>(0.0);
      options->betas({o.beta1, o.beta2}).eps(o.epsilon).weight_decay(weight_decay).amsgrad(false);
      return options;
    }
    case Optimizer::Method::kAdamW: {
      auto options = std::make_unique<torch::optim::AdamWOptions>(0.0);
      options->betas({o.beta1, o.beta2}).eps(o.epsilon).weight_decay(weight_decay).amsgrad(false);
      return options;
    }
    case Optimizer::Method::kSgd: {
      auto options = std::make_unique<torch::optim::SGDOptions>(0.0);
      options->momentum(o.momentum).weight_decay(weight_decay).dampening(0.0).nesterov(false);
      return options;
    }
    case Optimizer::Method::kLbfgs:
      break;
  }
  throw LogicError("optimizer: no method of LibTorch");
}

std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const Optimizer& o, const std::vector<torch::optim::OptimizerParamGroup>& groups) {
  switch (o.method) {
    case Optimizer::Method::kAdam:
      return std::make_unique<torch::optim::Adam>(groups, torch::optim::AdamOptions(0.0));
    case Optimizer::Method::kAdamW:
      return std::make_unique<torch::optim::AdamW>(groups, torch::optim::AdamWOptions(0.0));
    case Optimizer::Method::kSgd:
      return std::make_unique<torch::optim::SGD>(groups, torch::optim::SGDOptions(0.0));
    case Optimizer::Method::kLbfgs:
      break;
  }
  throw LogicError("optimizer: no method of LibTorch");
}

/// Leaves as they are now, and again on demand, to the bit.
class Saved {
 public:
  explicit Saved(const std::vector<at::Tensor>& tensors) : tensors_(tensors) {
    for (const at::Tensor& t : tensors_) copies_.push_back(t.detach().clone());
  }
  void put_back() const {
    for (std::size_t i = 0; i < tensors_.size(); ++i) tensors_[i].copy_(copies_[i]);
  }

 private:
  std::vector<at::Tensor> tensors_, copies_;
};

}  // namespace

void Trainer::Moves::set_method(const Optimizer& method, const std::vector<double>& decays) {
  if (leaves.empty()) return;
  if (method.method == Optimizer::Method::kLbfgs) {
    lbfgs.emplace(method.history);
    return;
  }
  std::vector<torch::optim::OptimizerParamGroup> groups;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    groups.emplace_back(std::vector<at::Tensor>{leaves[i].free()}, options_of(method, decays[i]));
  }
  optimizer = make_optimizer(method, groups);
}

void Trainer::Moves::clear_gradients() const {
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    values[i].mutable_grad().reset();
    leaves[i].free().mutable_grad().reset();
  }
}

at::Tensor Trainer::Moves::variables(double rate_factor) const {
  std::vector<at::Tensor> parts;
  for (const std::size_t i : moving) {
    const at::Tensor free = leaves[i].free().detach().to(at::kDouble);
    parts.push_back((free / (rates[i] * rate_factor)).reshape(-1));
  }
  return at::cat(parts);
}

at::Tensor Trainer::Moves::gradient(double rate_factor) const {
  std::vector<at::Tensor> parts;
  for (const std::size_t i : moving) {
    const at::Tensor& found = leaves[i].free().grad();
    const at::Tensor gradient = found.defined() ? found : at::zeros_like(leaves[i].free());
    parts.push_back((gradient.detach().to(at::kDouble) * (rates[i] * rate_factor)).reshape(-1));
  }
  return at::cat(parts);
}

void Trainer::Moves::set_variables(const at::Tensor& variables, double rate_factor) const {
  std::int64_t first = 0;
  for (const std::size_t i : moving) {
    const at::Tensor& free = leaves[i].free();
    const at::Tensor part = variables.narrow(0, first, free.numel());
    free.copy_((part * (rates[i] * rate_factor)).view(free.sizes()));
    leaves[i].push_value();
    first += free.numel();
  }
}

Lbfgs::Point Trainer::evaluate(const LossFunction& loss, const at::Tensor& variables) const {
  moves_->set_variables(variables, rate_factor_);
  moves_->clear_gradients();
  const at::Tensor reached = moves_->variables(rate_factor_);
  const Lbfgs::Point too_far{reached, std::nan(""), at::zeros_like(reached)};
  const at::AutoGradMode with_gradient(true);
  try {
    const at::Tensor value = loss();
    const double number = value.detach().to(at::kDouble).item<double>();
    if (!std::isfinite(number)) return too_far;
    value.backward();
    for (const std::size_t i : moves_->moving) moves_->leaves[i].pull_gradient();
    return {reached, number, moves_->gradient(rate_factor_)};
  } catch (const SamplingError&) {
    return too_far;
  } catch (const NumericError&) {
    return too_far;
  }
}

void Trainer::search_line(const LossFunction& loss, double number) {
  std::vector<std::size_t> moving;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (moves_->values[i].requires_grad()) moving.push_back(i);
  }
  if (moving != moves_->moving) moves_->lbfgs->forget();
  moves_->moving = moving;
  stands_still_ = false;
  if (moving.empty()) return;

  std::vector<at::Tensor> moved;
  for (const std::size_t i : moving) {
    moved.push_back(moves_->leaves[i].free());
    moved.push_back(moves_->values[i]);
  }
  const Saved before(moved);
  const Lbfgs::Point start{moves_->variables(rate_factor_), number, moves_->gradient(rate_factor_)};
  std::optional<Lbfgs::Point> next;
  try {
    next = moves_->lbfgs->step(
        start, [&](const at::Tensor& variables) { return evaluate(loss, variables); });
  } catch (...) {
    before.put_back();
    throw;
  }
  stands_still_ = !next;
  if (next) {
    moves_->set_variables(next->variables, rate_factor_);
  } else {
    before.put_back();
  }
}

}  // namespace parfocal
