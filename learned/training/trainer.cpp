// SPDX-License-Identifier: Apache-2.0
#include "learned/training/trainer.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.h"
#include "core/tensor/tensor_checks.h"
#include "learned/training/trainer_moves.h"

namespace parfocal {
namespace {

bool lies_below(const std::string& path, const std::string& root) {
  return path == root || path.starts_with(root + ".");
}

double positive_rate(const std::string& text, const std::string& path, const Parameter& parameter) {
  const double rate = in_leaf_unit(text, "rate", path, parameter);
  if (rate > 0.0) return rate;
  throw UsageError("optimize: rate = " + text + " of " + path + ": expected a positive one");
}

/// A cut at a bound has a kink, which a line search and pairs of gradients do not survive.
void check_unbounded(const std::string& path, const Parameter& parameter) {
  if (!std::isfinite(parameter.bounds.lower) && !std::isfinite(parameter.bounds.upper)) return;
  throw UsageError(
      "optimize: " + path +
      " has bounds, and method lbfgs needs a loss without kinks: give its group bounds: "
      "reparametrization");
}

double norm_of(const std::vector<at::Tensor>& gradients) {
  double sum = 0.0;
  for (const at::Tensor& g : gradients) sum += g.to(at::kDouble).square().sum().item<double>();
  return std::sqrt(sum);
}

}  // namespace

std::vector<TrainedParameter> trained_parameters(const OptimizeBlock& block,
                                                 const ParameterTree& tree) {
  std::map<std::string, std::size_t> owner;
  for (std::size_t g = 0; g < block.parameters.size(); ++g) {
    const std::string& root = block.parameters[g].first;
    for (const std::string& path : tree.trainable_below(root)) {
      const auto held = owner.find(path);
      const bool longer =
          held == owner.end() || root.size() > block.parameters[held->second].first.size();
      if (longer) owner[path] = g;
    }
  }
  std::vector<TrainedParameter> trained;
  for (const auto& [path, group] : owner) {
    const std::size_t reach = block.parameters[group].first.size();
    bool frozen = false;
    for (const std::string& root : block.frozen) {
      frozen = frozen || (lies_below(path, root) && root.size() >= reach);
    }
    if (!frozen) trained.push_back({path, group});
  }
  return trained;
}

Trainer::Trainer(OptimizeBlock block, ParameterTree& tree)
    : block_(std::move(block)),
      parameters_(trained_parameters(block_, tree)),
      moves_(std::make_unique<Moves>()) {
  const std::string mistake = block_.mistake();
  if (!mistake.empty()) throw UsageError("optimize: " + mistake);
  std::vector<double> decays;
  for (const TrainedParameter& trained : parameters_) {
    const ParameterGroup& group = block_.parameters[trained.group].second;
    const Parameter& parameter = tree.at(trained.path);
    const bool projects = group.bounds == ParameterGroup::Bounded::kProjection;
    if (projects && block_.optimizer.method == Optimizer::Method::kLbfgs) {
      check_unbounded(trained.path, parameter);
    }
    moves_->leaves.emplace_back(
        trained.path, parameter,
        projects ? BoundedLeaf::By::kProjection : BoundedLeaf::By::kReparametrization);
    moves_->values.push_back(parameter.leaf);
    moves_->rates.push_back(positive_rate(group.rate, trained.path, parameter));
    decays.push_back(parameter.unit == "1" ? block_.optimizer.weight_decay : 0.0);
  }
  moves_->set_method(block_.optimizer, decays);
  if (block_.average) {
    for (const at::Tensor& v : moves_->values) average_.push_back(v.detach().clone());
  }
  read_lines(tree);
}

void Trainer::read_lines(const ParameterTree& tree) {
  for (const auto& [path, s] : block_.schedules) {
    const Parameter& parameter = tree.at(path);
    const auto number = [&](const std::string& text, const char* key) {
      return in_leaf_unit(text, key, path, parameter);
    };
    lines_.push_back({parameter.leaf, number(s.from, "from"), number(s.to, "to"),
                      number(s.after.value_or(s.to), "after"), s});
    if (s.scale == ParameterSchedule::Scale::kLogarithmic &&
        !(lines_.back().from > 0.0 && lines_.back().to > 0.0)) {
      throw UsageError("optimize.schedules." + path +
                       ": a logarithmic schedule needs from and to above 0");
    }
  }
  for (const auto& [path, s] : block_.scans) {
    const Parameter& parameter = tree.at(path);
    scans_.push_back({parameter.leaf, in_leaf_unit(s.from, "from", path, parameter),
                      in_leaf_unit(s.to, "to", path, parameter), s.candidates, s.at});
  }
}

void Trainer::scale_rates(double factor) {
  rate_factor_ *= factor;
  if (moves_->lbfgs) moves_->lbfgs->forget();
}

void Trainer::hold() const {
  for (const at::Tensor& value : moves_->values) value.requires_grad_(false);
}

Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;

void Trainer::check_and_clip() {
  std::vector<std::vector<at::Tensor>> of_group(block_.parameters.size());
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    moves_->leaves[i].pull_gradient();
    const at::Tensor& gradient = moves_->leaves[i].free().grad();
    if (!gradient.defined()) continue;
    if (!all_finite(gradient)) {
      throw NumericError("training: the gradient of " + parameters_[i].path +
                         " is not finite at step " + std::to_string(step_));
    }
    of_group[parameters_[i].group].push_back(gradient);
  }
  for (std::size_t g = 0; g < of_group.size(); ++g) {
    const std::optional<double>& clip = block_.parameters[g].second.clip;
    const double norm = clip ? norm_of(of_group[g]) : 0.0;
    for (at::Tensor& gradient : of_group[g]) {
      if (clip && norm > *clip) gradient.mul_(*clip / norm);
    }
  }
}

bool Trainer::set_rates() {
  bool any = false;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const double factor =
        block_.parameters[parameters_[i].group].second.factor(step_, block_.steps);
    if (moves_->optimizer) {
      const double rate = moves_->rates[i] * rate_factor_ * factor;
      moves_->optimizer->param_groups()[i].options().set_lr(rate);
    }
    // A group that stands still has no gradient, and so does not even move by momentum.
    moves_->values[i].requires_grad_(factor != 0.0);
    any = any || factor != 0.0;
  }
  return any;
}

void Trainer::set_lines(std::optional<std::int64_t> step) {
  const at::NoGradGuard no_grad;
  for (const Line& line : lines_) {
    const auto& [start, stop] = std::pair(line.rule.start, line.rule.stop);
    if (!step || *step >= stop) {
      line.leaf.fill_(line.after);
      continue;
    }
    const double u =
        std::max(0.0, static_cast<double>(*step - start) / static_cast<double>(stop - start));
    const bool linear = line.rule.scale == ParameterSchedule::Scale::kLinear;
    line.leaf.fill_(linear ? line.from + (line.to - line.from) * u
                           : line.from * std::pow(line.to / line.from, u));
  }
}

bool Trainer::lines_have_ended() const {
  return std::ranges::all_of(lines_, [this](const Line& line) { return step_ >= line.rule.stop; });
}

void Trainer::scan(const LossFunction& loss, std::int64_t at) {
  const at::NoGradGuard no_grad;
  for (const Scan& scan : scans_) {
    if (std::ranges::find(scan.at, at) == scan.at.end()) continue;
    set_lines(std::nullopt);
    double least = std::numeric_limits<double>::infinity(), best = scan.from;
    for (std::int64_t i = 0; i < scan.candidates; ++i) {
      const double value = scan.from + static_cast<double>(i) * (scan.to - scan.from) /
                                           static_cast<double>(scan.candidates);
      scan.leaf.fill_(value);
      const double found = loss().to(at::kDouble).item<double>();
      if (found < least) {
        least = found;
        best = value;
      }
    }
    if (!std::isfinite(least)) {
      throw NumericError("training: a scan before step " + std::to_string(at) +
                         " gives no finite loss for any of its values");
    }
    scan.leaf.fill_(best);
  }
}

void Trainer::consider(double loss) {
  const bool wanted = block_.keep == OptimizeBlock::Keep::kBest || block_.validation;
  if (!wanted || !lines_have_ended()) return;
  if (best_ && !(loss < best_->loss)) return;
  best_ = Best{loss, {}};
  for (const at::Tensor& value : moves_->values) best_->values.push_back(value.detach().clone());
  for (const Scan& scan : scans_) best_->values.push_back(scan.leaf.detach().clone());
}

bool Trainer::is_done() const {
  const std::int64_t patience = block_.validation ? block_.validation->patience : 0;
  return step_ >= steps() || (patience > 0 && stale_ >= patience);
}

void Trainer::update_average() {
  if (average_.empty()) return;
  const double t = static_cast<double>(step_);
  const double decay = std::min(*block_.average, (1.0 + t) / (10.0 + t));
  for (std::size_t i = 0; i < average_.size(); ++i) {
    average_[i].mul_(decay).add_(moves_->values[i], 1.0 - decay);
  }
}

void Trainer::swap_average() {
  for (std::size_t i = 0; i < average_.size(); ++i) {
    const at::Tensor value = moves_->values[i].detach().clone();
    moves_->values[i].copy_(average_[i]);
    average_[i].copy_(value);
  }
}

double Trainer::judge(const LossFunction& loss) {
  const at::NoGradGuard no_grad;
  swap_average();
  const double number = loss().to(at::kDouble).item<double>();
  const std::optional<double> before = best_ ? std::optional(best_->loss) : std::nullopt;
  consider(number);
  swap_average();
  const bool better = best_ && (!before || best_->loss < *before);
  stale_ = better ? 0 : stale_ + 1;
  return number;
}

double Trainer::step(const LossFunction& loss) {
  scan(loss, step_);
  set_lines(step_);
  moves_->clear_gradients();
  const bool moves = set_rates();
  const at::Tensor value = loss();
  const double number = value.detach().to(at::kDouble).item<double>();
  if (!std::isfinite(number)) {
    throw NumericError("training: the loss is not finite at step " + std::to_string(step_) +
                       "; lower the rate, or start from smaller parameters");
  }
  if (moves) value.backward();
  const at::NoGradGuard no_grad;
  if (!block_.validation) consider(number);
  check_and_clip();
  if (moves_->lbfgs) {
    search_line(loss, number);
  } else {
    moves_->optimizer->step();
    for (const BoundedLeaf& leaf : moves_->leaves) leaf.push_value();
  }
  update_average();
  ++step_;
  return number;
}

void Trainer::finish(const LossFunction& loss) {
  if (parameters_.empty() || finished_) return;
  finished_ = true;
  const at::NoGradGuard no_grad;
  scan(loss, block_.steps);
  set_lines(std::nullopt);
  if (!block_.validation && block_.keep == OptimizeBlock::Keep::kBest) {
    consider(loss().to(at::kDouble).item<double>());
  }
  if (!best_ || block_.keep != OptimizeBlock::Keep::kBest) return swap_average();
  std::size_t next = 0;
  for (const at::Tensor& value : moves_->values) value.copy_(best_->values[next++]);
  for (const Scan& scan : scans_) scan.leaf.copy_(best_->values[next++]);
}

}  // namespace parfocal
