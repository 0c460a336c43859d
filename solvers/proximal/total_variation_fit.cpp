// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/total_variation_fit.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>

#include "core/error.h"
#include "solvers/priors/total_variation.h"
#include "solvers/proximal/fista.h"
#include "solvers/proximal/least_squares.h"

namespace parfocal::solvers {
namespace {

constexpr const char* kName = "total variation fitted to the noise";
constexpr double kCloseEnough = 0.02;
constexpr double kAboveFloor = 1.1;
constexpr double kReach = 4096.0;  ///< Weights from 1 / kReach to kReach of the first are tried.

/// One item of a batch under one weight after another.
class WeightSearch {
 public:
  WeightSearch(Problem problem, const std::function<bool()>& cancelled)
      : problem_(std::move(problem)) {
    options_.cancelled = cancelled;
    const DataTerm data = data_term_of(problem_, problem_.counts.device());
    pixels_ = data.weight.gt(0).sum().item<double>();
    const double mean_weight = data.weight.to(at::kDouble).sum().item<double>() / pixels_;
    const std::optional<double> bound = linear_model(problem_, kName).norm_bound();
    if (!bound) throw UsageError(std::string(kName) + ": the model has no norm bound");
    // A tenth of the deviation of the noise in one pixel, against a step of the object.
    first_ = 0.1 * *bound * std::sqrt(mean_weight);
  }

  void run() {
    if (seek(1.0)) return;
    if (!tried_.empty() && tried_.begin()->second > 1.0) {
      static_cast<void>(seek(kAboveFloor * tried_.begin()->second));
      return;
    }
    throw UsageError(
        std::string(kName) +
        ": by the detector the measurement holds nothing but noise; give the detector its noise");
  }

  [[nodiscard]] const at::Tensor& estimate() const { return estimate_; }
  [[nodiscard]] double weight() const { return weight_; }
  [[nodiscard]] double misfit() const { return tried_.at(weight_); }

 private:
  /// Whether a weight with this misfit was found; then it was tried last.
  bool seek(double target) {
    while (const std::optional<double> next = next_weight(target)) {
      const double misfit = try_weight(*next);
      if (std::abs(misfit / target - 1.0) <= kCloseEnough) return true;
      if (options_.cancelled && options_.cancelled()) return true;
    }
    const auto high = first_above(target);
    return high != tried_.begin() && high != tried_.end();
  }

  [[nodiscard]] std::map<double, double>::const_iterator first_above(double target) const {
    return std::ranges::find_if(tried_, [&](const auto& tried) { return tried.second > target; });
  }

  /// The misfit grows with the weight: outwards by a factor until both sides are known, then by
  /// the straight line through logarithms.
  [[nodiscard]] std::optional<double> next_weight(double target) const {
    if (tried_.empty()) return first_;
    const auto high = first_above(target);
    constexpr double kFactor = 4.0;
    if (high == tried_.begin()) return within(high->first / kFactor);
    const auto low = std::prev(high);
    if (high == tried_.end()) return within(low->first * kFactor);
    const double width = std::log(high->first / low->first);
    if (width < 1e-3) return std::nullopt;
    const double at =
        std::log(target / low->second) / std::max(std::log(high->second / low->second), 1e-9);
    return low->first * std::exp(std::clamp(at, 0.1, 0.9) * width);
  }

  [[nodiscard]] std::optional<double> within(double weight) const {
    const bool inside = weight * kReach >= first_ && weight <= first_ * kReach;
    return inside ? std::optional(weight) : std::nullopt;
  }

  double try_weight(double weight) {
    TotalVariation::Params variation;
    variation.kind = TvKind::kIsotropic;
    variation.weight = weight;
    variation.prox_accuracy = 1e-3;
    variation.prox_iterations = 20000;
    Problem problem = problem_;
    problem.priors.insert(problem.priors.begin(), std::make_shared<TotalVariation>(variation));
    const SolveResult solved = solve(Fista(Fista::Params{}), problem, options_);
    weight_ = weight;
    estimate_ = solved.estimate;
    if (solved.report.history.empty()) return tried_[weight] = 0.0;  // Cancelled.
    const double data_term = solved.report.history.back().values.at("data_term").front();
    return tried_[weight] = 2.0 * data_term / pixels_;
  }

  Problem problem_;
  SolveOptions options_;
  double pixels_ = 0.0, first_ = 0.0, weight_ = 0.0;
  std::map<double, double> tried_;  ///< Weight -> misfit.
  at::Tensor estimate_;
};

Problem item_of(const Problem& problem, std::int64_t i) {
  Problem one = problem;
  one.counts = problem.counts.narrow(0, i, 1);
  if (problem.mask.defined() && problem.mask.size(0) > 1) one.mask = problem.mask.narrow(0, i, 1);
  std::erase_if(one.priors, [](const auto& prior) { return prior->is_learned(); });
  return one;
}

}  // namespace

TotalVariationFit fit_total_variation(const Problem& problem,
                                      const std::function<bool()>& cancelled) {
  TotalVariationFit fit;
  std::vector<at::Tensor> estimates;
  for (std::int64_t i = 0; i < problem.counts.size(0); ++i) {
    WeightSearch search(item_of(problem, i), cancelled);
    search.run();
    estimates.push_back(search.estimate());
    fit.weights.push_back(search.weight());
    fit.misfits.push_back(search.misfit());
  }
  fit.estimate = at::cat(estimates);
  return fit;
}

}  // namespace parfocal::solvers
