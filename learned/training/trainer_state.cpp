// SPDX-License-Identifier: Apache-2.0
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/stack.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>

#include <deque>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/error.h"
#include "core/tensor/tensor_checks.h"
#include "learned/training/trainer.h"
#include "learned/training/trainer_moves.h"

namespace parfocal {
namespace {

at::Tensor copy_of(const at::Tensor& t) { return t.detach().clone().cpu(); }
at::Tensor integer(std::int64_t n) { return at::scalar_tensor(n, at::kLong); }

/// Gives tensors by name and knows which were not asked for.
class Reader {
 public:
  explicit Reader(const TrainerState& state) : left_(state) {}

  [[nodiscard]] bool has(const std::string& name) const { return left_.contains(name); }

  /// A copy where `like` lies, of its shape and dtype.
  [[nodiscard]] at::Tensor take(const std::string& name, const at::Tensor& like) {
    const at::Tensor found = take_any(name);
    if (found.sizes() != like.sizes() || found.scalar_type() != like.scalar_type()) {
      throw DataError("the state of the training: " + name + " has another shape or dtype");
    }
    return found.to(like.device()).clone();
  }
  /// Several float64 copies one behind the other, each of the shape of `like`.
  [[nodiscard]] at::Tensor take_stack(const std::string& name, const at::Tensor& like) {
    const at::Tensor found = take_any(name);
    const bool fits = found.dim() == like.dim() + 1 && found.size(0) > 0 &&
                      found.sizes().slice(1) == like.sizes() && found.scalar_type() == at::kDouble;
    if (!fits) {
      throw DataError("the state of the training: " + name + " has another shape or dtype");
    }
    return found.to(like.device()).reshape({found.size(0), -1});
  }
  [[nodiscard]] std::int64_t take_integer(const std::string& name) {
    const at::Tensor found = take_any(name);
    const bool fits = found.numel() == 1 && found.scalar_type() == at::kLong;
    if (!fits || found.item<std::int64_t>() < 0) {
      throw DataError("the state of the training: " + name + " is no whole number from 0 on");
    }
    return found.item<std::int64_t>();
  }
  [[nodiscard]] double take_number(const std::string& name) {
    return take(name, at::scalar_tensor(0.0, at::kDouble)).item<double>();
  }
  void check_whole() const {
    if (left_.empty()) return;
    throw DataError("the state of the training: " + left_.begin()->first +
                    " belongs to nothing that this experiment trains");
  }

 private:
  at::Tensor take_any(const std::string& name) {
    const auto found = left_.find(name);
    if (found == left_.end()) throw DataError("the state of the training lacks " + name);
    at::Tensor value = found->second;
    left_.erase(found);
    if (value.is_floating_point() && !all_finite(value)) {
      throw DataError("the state of the training: " + name + " is not finite");
    }
    return value;
  }

  TrainerState left_;
};

using ParameterState = std::unique_ptr<torch::optim::OptimizerParamState>;

template <class AdamState>
void write_adam(const torch::optim::OptimizerParamState& any, const std::string& path,
                TrainerState& state) {
  const auto& moments = static_cast<const AdamState&>(any);
  state["first_moment/" + path] = copy_of(moments.exp_avg());
  state["second_moment/" + path] = copy_of(moments.exp_avg_sq());
  state["moment_steps/" + path] = integer(moments.step());
}

template <class AdamState>
ParameterState read_adam(Reader& reader, const std::string& path, const at::Tensor& like) {
  auto moments = std::make_unique<AdamState>();
  moments->exp_avg(reader.take("first_moment/" + path, like));
  moments->exp_avg_sq(reader.take("second_moment/" + path, like));
  moments->step(reader.take_integer("moment_steps/" + path));
  return moments;
}

void write_moments(Optimizer::Method method, const torch::optim::OptimizerParamState& any,
                   const std::string& path, TrainerState& state) {
  switch (method) {
    case Optimizer::Method::kAdam:
      return write_adam<torch::optim::AdamParamState>(any, path, state);
    case Optimizer::Method::kAdamW:
      return write_adam<torch::optim::AdamWParamState>(any, path, state);
    case Optimizer::Method::kSgd: {
      const at::Tensor& buffer =
          static_cast<const torch::optim::SGDParamState&>(any).momentum_buffer();
      if (buffer.defined()) state["momentum/" + path] = copy_of(buffer);
      return;
    }
    case Optimizer::Method::kLbfgs:
      throw LogicError("the state of L-BFGS has no moments");
  }
}

/// Nothing for a parameter that never moved.
ParameterState read_moments(Optimizer::Method method, Reader& reader, const std::string& path,
                            const at::Tensor& like) {
  if (method == Optimizer::Method::kSgd) {
    if (!reader.has("momentum/" + path)) return nullptr;
    auto moments = std::make_unique<torch::optim::SGDParamState>();
    moments->momentum_buffer(reader.take("momentum/" + path, like));
    return moments;
  }
  if (!reader.has("moment_steps/" + path)) return nullptr;
  return method == Optimizer::Method::kAdam
             ? read_adam<torch::optim::AdamParamState>(reader, path, like)
             : read_adam<torch::optim::AdamWParamState>(reader, path, like);
}

constexpr const char* kSteps = "pair_steps/";
constexpr const char* kGradients = "pair_gradients/";

/// The part of each pair that belongs to elements [first, first + n) of the variables.
at::Tensor stack_of(const std::deque<Lbfgs::Pair>& pairs, at::Tensor Lbfgs::Pair::*side,
                    std::int64_t first, const at::Tensor& like) {
  std::vector<at::Tensor> parts;
  for (const Lbfgs::Pair& pair : pairs) {
    parts.push_back((pair.*side).narrow(0, first, like.numel()).view(like.sizes()));
  }
  return copy_of(at::stack(parts));
}

/// Pairs of the leaves that have any.
struct StoredPairs {
  std::vector<std::size_t> moving;
  std::deque<Lbfgs::Pair> pairs;
};

class PairReader {
 public:
  explicit PairReader(std::int64_t history) : history_(history) {}

  void take(Reader& reader, std::size_t leaf, const std::string& path, const at::Tensor& free) {
    if (!reader.has(kSteps + path)) return;
    moving_.push_back(leaf);
    steps_.push_back(reader.take_stack(kSteps + path, free));
    gradients_.push_back(reader.take_stack(kGradients + path, free));
    for (const at::Tensor& stack : {steps_.back(), gradients_.back()}) {
      if (stack.size(0) == steps_.front().size(0) && stack.size(0) <= history_) continue;
      throw DataError("the state of the training: " + path + " has another number of pairs");
    }
  }
  [[nodiscard]] StoredPairs found() const {
    StoredPairs stored{moving_, {}};
    if (moving_.empty()) return stored;
    const at::Tensor s = at::cat(steps_, 1), y = at::cat(gradients_, 1);
    // Copies: a product of vectors has the same bits only at the same alignment.
    for (std::int64_t i = 0; i < s.size(0); ++i) {
      stored.pairs.push_back({s[i].clone(), y[i].clone()});
    }
    return stored;
  }

 private:
  std::int64_t history_;
  std::vector<std::size_t> moving_;
  std::vector<at::Tensor> steps_, gradients_;
};

}  // namespace

void Trainer::write_pairs(TrainerState& state) const {
  const std::deque<Lbfgs::Pair>& pairs = moves_->lbfgs->pairs();
  if (pairs.empty()) return;
  std::int64_t first = 0;
  for (const std::size_t i : moves_->moving) {
    const at::Tensor& free = moves_->leaves[i].free();
    state[kSteps + parameters_[i].path] = stack_of(pairs, &Lbfgs::Pair::s, first, free);
    state[kGradients + parameters_[i].path] = stack_of(pairs, &Lbfgs::Pair::y, first, free);
    first += free.numel();
  }
}

TrainerState Trainer::state() const {
  const at::NoGradGuard no_grad;
  TrainerState state{{"step", integer(step_)},
                     {"stale", integer(stale_)},
                     {"finished", integer(finished_ ? 1 : 0)},
                     {"rate_factor", at::scalar_tensor(rate_factor_, at::kDouble)}};
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const std::string& path = parameters_[i].path;
    const at::Tensor& free = moves_->leaves[i].free();
    state["value/" + path] = copy_of(moves_->values[i]);
    if (!free.is_same(moves_->values[i])) state["free/" + path] = copy_of(free);
    if (!average_.empty()) state["average/" + path] = copy_of(average_[i]);
    if (!moves_->optimizer) continue;
    const auto moments = moves_->optimizer->state().find(free.unsafeGetTensorImpl());
    if (moments == moves_->optimizer->state().end()) continue;
    write_moments(block_.optimizer.method, *moments->second, path, state);
  }
  if (moves_->lbfgs) write_pairs(state);
  for (std::size_t i = 0; i < scans_.size(); ++i) {
    state["scan/" + block_.scans[i].first] = copy_of(scans_[i].leaf);
  }
  if (!best_) return state;
  state["best_loss"] = at::scalar_tensor(best_->loss, at::kDouble);
  std::size_t next = 0;
  for (const TrainedParameter& trained : parameters_) {
    state["best/" + trained.path] = copy_of(best_->values[next++]);
  }
  for (const auto& [path, scan] : block_.scans) {
    state["best_scan/" + path] = copy_of(best_->values[next++]);
  }
  return state;
}

void Trainer::restore(const TrainerState& state) {
  const at::NoGradGuard no_grad;
  Reader reader(state);
  const std::int64_t step = reader.take_integer("step");
  if (step > steps()) {
    throw DataError("the state of the training is of step " + std::to_string(step) +
                    ", the training has " + std::to_string(steps()));
  }
  const std::int64_t stale = reader.take_integer("stale");
  const bool finished = reader.take_integer("finished") != 0;
  const double rate_factor = reader.take_number("rate_factor");
  std::vector<std::pair<at::Tensor, at::Tensor>> copies;
  std::vector<ParameterState> moments;
  PairReader pairs(block_.optimizer.history);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const std::string& path = parameters_[i].path;
    const at::Tensor& value = moves_->values[i];
    const at::Tensor& free = moves_->leaves[i].free();
    copies.emplace_back(value, reader.take("value/" + path, value));
    if (!free.is_same(value)) copies.emplace_back(free, reader.take("free/" + path, free));
    if (!average_.empty()) {
      copies.emplace_back(average_[i], reader.take("average/" + path, value));
    }
    if (moves_->lbfgs) pairs.take(reader, i, path, free);
    if (moves_->optimizer) {
      moments.push_back(read_moments(block_.optimizer.method, reader, path, free));
    }
  }
  for (std::size_t i = 0; i < scans_.size(); ++i) {
    const at::Tensor& leaf = scans_[i].leaf;
    copies.emplace_back(leaf, reader.take("scan/" + block_.scans[i].first, leaf));
  }
  std::optional<Best> best;
  if (reader.has("best_loss")) {
    best = Best{reader.take_number("best_loss"), {}};
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      best->values.push_back(reader.take("best/" + parameters_[i].path, moves_->values[i]));
    }
    for (std::size_t i = 0; i < scans_.size(); ++i) {
      best->values.push_back(reader.take("best_scan/" + block_.scans[i].first, scans_[i].leaf));
    }
  }
  reader.check_whole();
  StoredPairs stored = pairs.found();

  for (const auto& [leaf, value] : copies) leaf.copy_(value);
  if (moves_->lbfgs) {
    moves_->lbfgs->set_pairs(std::move(stored.pairs));
    moves_->moving = std::move(stored.moving);
  }
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const void* const key = moves_->leaves[i].free().unsafeGetTensorImpl();
    moves_->optimizer->state().erase(const_cast<void*>(key));
    if (moments[i]) moves_->optimizer->state()[const_cast<void*>(key)] = std::move(moments[i]);
  }
  best_ = std::move(best);
  step_ = step;
  stale_ = stale;
  finished_ = finished;
  rate_factor_ = rate_factor;
}

}  // namespace parfocal
