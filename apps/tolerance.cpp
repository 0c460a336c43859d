// SPDX-License-Identifier: Apache-2.0
#include "apps/tolerance.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "learned/training/optimize.h"

namespace parfocal {
namespace {

/// One parameter that may be wrong.
struct Uncertain {
  std::string path;
  at::Tensor leaf, nominal;
  double uniform = 0.0, normal = 0.0;  ///< In the unit of the leaf.
  std::uint64_t seed = 0;

  void draw(std::uint32_t number) const {
    RandomStream random(seed, "tolerance " + path, 0, number);
    at::Tensor error = (random.uniform(leaf.sizes()) * 2.0 - 1.0) * uniform;
    if (normal > 0.0) error = error + random.normal(leaf.sizes()) * normal;
    leaf.copy_(nominal + error.to(leaf.device()));
  }
  void restore() const { leaf.copy_(nominal); }
};

std::vector<Uncertain> uncertain_of(const ToleranceBlock& block, std::uint64_t seed,
                                    const ParameterTree& parameters) {
  std::vector<Uncertain> all;
  for (const auto& [path, error] : block.errors) {
    const Parameter& parameter = parameters.at(path);
    Uncertain one{path, parameter.leaf.detach(), parameter.leaf.detach().clone(), 0.0, 0.0, seed};
    if (error.uniform) one.uniform = in_leaf_unit(*error.uniform, "uniform", path, parameter);
    if (error.normal) one.normal = in_leaf_unit(*error.normal, "normal", path, parameter);
    if (one.uniform < 0.0 || one.normal < 0.0) {
      throw UsageError("evaluate.tolerance.errors." + path + ": expected no negative error");
    }
    all.push_back(std::move(one));
  }
  return all;
}

double quantile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(std::floor(at));
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

}  // namespace

void check_tolerance(const ToleranceBlock& block, const ParameterTree& parameters) {
  static_cast<void>(uncertain_of(block, 0, parameters));
}

void add_tolerance(const ToleranceBlock& block, std::uint64_t seed, ParameterTree& parameters,
                   const std::string& score_name, const std::string& unit, bool higher_is_better,
                   const std::function<double()>& score, Summary& summary) {
  const at::NoGradGuard no_grad;
  const std::vector<Uncertain> all = uncertain_of(block, seed, parameters);
  const auto judge = [&](const std::vector<Uncertain>& errors, const std::string& suffix) {
    std::vector<double> scores;
    for (std::int64_t k = 0; k < block.draws; ++k) {
      for (const Uncertain& one : errors) one.draw(static_cast<std::uint32_t>(k));
      scores.push_back(score());
    }
    for (const Uncertain& one : errors) one.restore();
    std::ranges::sort(scores);
    const std::string name = score_name + "_tolerance_";
    summary.add(name + "median" + suffix, quantile(scores, 0.5), unit);
    summary.add(name + (higher_is_better ? "q05" : "q95") + suffix,
                quantile(scores, higher_is_better ? 0.05 : 0.95), unit);
  };
  judge(all, "");
  if (all.size() < 2) return;
  for (const Uncertain& one : all) judge({one}, "_" + one.path);
}

}  // namespace parfocal
