// SPDX-License-Identifier: Apache-2.0
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "solvers/solver.h"

namespace parfocal {
namespace {

constexpr std::int64_t kRecordsPerRun = 50;

/// Stopping and estimates of the items of a batch.
class Outcomes {
 public:
  Outcomes(std::int64_t items) : items_(static_cast<std::size_t>(items)), open_(items) {}

  [[nodiscard]] bool all_stopped() const { return open_ == 0; }

  /// Keeps the estimate of every open item for which `stops(i)` holds.
  template <class Stops>
  void stop(const Solver& solver, const Problem& problem, const SolverState& state,
            const std::string& reason, const Stops& stops) {
    at::Tensor estimate;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (!items_[i].stopped_by.empty() || !stops(i)) continue;
      if (!estimate.defined()) estimate = solver.estimate(problem, state);
      if (!result_.defined()) result_ = estimate.clone();
      const auto item = static_cast<std::int64_t>(i);
      result_.select(0, item).copy_(estimate.select(0, item));
      items_[i] = {state.iteration, reason};
      --open_;
    }
  }

  [[nodiscard]] const at::Tensor& estimate() const { return result_; }
  [[nodiscard]] const std::vector<ItemOutcome>& items() const { return items_; }

 private:
  std::vector<ItemOutcome> items_;
  std::int64_t open_;
  at::Tensor result_;
};

void require_finite(const std::string& name, const std::vector<double>& values,
                    std::int64_t iteration) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    throw NumericError("iteration " + std::to_string(iteration) + ", item " + std::to_string(i) +
                       ": " + name + " = " + std::to_string(values[i]) + " is not finite");
  }
}

void require_finite(const Monitor& monitor, std::int64_t iteration) {
  for (const auto& [name, values] : monitor) require_finite(name, values, iteration);
}

}  // namespace

SolveResult solve(const Solver& solver, const Problem& problem, const SolveOptions& options) {
  const at::NoGradGuard no_grad;
  const std::int64_t total = solver.iterations();
  const std::int64_t every = options.monitor_every > 0
                                 ? options.monitor_every
                                 : std::max<std::int64_t>(1, total / kRecordsPerRun);
  const std::unique_ptr<SolverState> state = solver.init(problem);
  Outcomes outcomes(problem.counts.size(0));
  SolveResult result;

  for (std::int64_t iteration = 1; iteration <= total; ++iteration) {
    if (options.cancelled && options.cancelled()) {
      outcomes.stop(solver, problem, *state, "cancelled", [](std::size_t) { return true; });
      break;
    }
    solver.step(problem, *state);
    if (solver.tolerance() > 0.0) {
      const std::vector<double> change = solver.relative_change(*state);
      require_finite("relative_change", change, iteration);
      outcomes.stop(solver, problem, *state, "tolerance",
                    [&](std::size_t i) { return change[i] <= solver.tolerance(); });
    }
    if (iteration == total) {
      outcomes.stop(solver, problem, *state, "iterations", [](std::size_t) { return true; });
    }

    const bool last = outcomes.all_stopped();
    const Monitor* monitor = nullptr;
    if (iteration == 1 || iteration % every == 0 || last) {
      result.report.history.push_back({iteration, solver.monitor(problem, *state)});
      monitor = &result.report.history.back().values;
      require_finite(*monitor, iteration);
    }
    if (options.progress) options.progress(iteration, total, monitor);
    if (last) break;
  }
  result.estimate = outcomes.estimate();
  result.report.items = outcomes.items();
  return result;
}

}  // namespace parfocal
