// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/operators/likelihood.h"
#include "core/operators/operator.h"
#include "solvers/prior.h"

namespace parfocal {

/// Everything a solver sees: never optics, never files.
struct Problem {
  OperatorPtr model;
  std::shared_ptr<const Likelihood> likelihood;
  std::vector<std::shared_ptr<const Prior>> priors;
  at::Tensor counts;  ///< [batch, channel, n_y, n_x]
  at::Tensor mask;    ///< Undefined, or 0 where a pixel does not count (dead, saturated).
  /// Steps are to be differentiated, or take learned numbers: no fused engine, no search for a step.
  bool differentiable = false;
};

/// Intermediate variables of one solve; each solver derives its own.
class SolverState {
 public:
  virtual ~SolverState() = default;
  std::int64_t iteration = 0;
  /// Learned numbers of the next step by name, 0-dim, where the problem is `differentiable`; one that
  /// is absent keeps its value of the step before, at first that of the experiment.
  std::map<std::string, at::Tensor> scalars;
  /// The tensors that a step replaces, if besides the problem and `scalars` they are all that a step
  /// looks at; the object is the first. Empty for a solver that is no such map.
  [[nodiscard]] virtual std::vector<at::Tensor*> variables() { return {}; }
};

/// A positive number of a solver that may be learned, with the value of the experiment.
struct LearnableScalar {
  std::string name;
  double value = 0.0;
};

/// Numbers that a solver gives after a step, one per item of the batch.
using Monitor = std::map<std::string, std::vector<double>>;

/// An iterative method as steps. Stopping, monitoring, progress and cancelling live outside, in
/// `solve`. A step is differentiable, so that an unrolled network runs the very same steps, with
/// numbers of its own in each where they are learned.
///
/// Invariants: re-entrant; no global state; the same input gives the same bits.
/// Tested by:  tests/solvers, conformance.
class Solver {
 public:
  static constexpr std::string_view kKind = "solver";

  virtual ~Solver() = default;
  [[nodiscard]] virtual std::unique_ptr<SolverState> init(const Problem& problem) const = 0;
  virtual void step(const Problem& problem, SolverState& state) const = 0;
  /// The object on the sensor window [batch, channel, n_y, n_x].
  [[nodiscard]] virtual at::Tensor estimate(const Problem& problem,
                                            const SolverState& state) const = 0;
  /// Objective, data term, residuals, share of active terms: names as in the report.
  [[nodiscard]] virtual Monitor monitor(const Problem& problem, const SolverState& state) const = 0;
  /// |v - v_old| / |v| of the last step, per item: what the default stopping rule looks at.
  [[nodiscard]] virtual std::vector<double> relative_change(const SolverState& state) const = 0;
  [[nodiscard]] virtual std::int64_t iterations() const = 0;  ///< The limit from the experiment.
  [[nodiscard]] virtual double tolerance() const { return 0.0; }  ///< 0: run all iterations.
  /// What `SolverState::scalars` may hold under these priors.
  [[nodiscard]] virtual std::vector<LearnableScalar> learnable(
      const std::vector<std::shared_ptr<const Prior>>&) const {
    return {};
  }
  /// Working memory in bytes per unknown (padded pixel and channel).
  [[nodiscard]] virtual double bytes_per_unknown() const = 0;
};

/// One line of the convergence record.
struct IterationRecord {
  std::int64_t iteration = 0;
  Monitor values;
};

/// How the solve of one item of the batch ended.
struct ItemOutcome {
  std::int64_t iterations = 0;
  std::string stopped_by;  ///< "iterations", "tolerance", "cancelled".
};

/// The outcome is data, not an exception.
struct SolveReport {
  std::vector<ItemOutcome> items;
  std::vector<IterationRecord> history;
};

struct SolveOptions {
  std::int64_t monitor_every = 0;  ///< 0: about 50 records over the run, and first and last.
  std::function<bool()> cancelled;
  std::function<void(std::int64_t iteration, std::int64_t total, const Monitor*)> progress;
};

struct SolveResult {
  at::Tensor estimate;
  SolveReport report;
};

/// Runs a solver to its end. An item that meets the tolerance keeps the estimate of that iteration
/// while the others go on. \throws NumericError at the first non-finite monitored number, naming
/// the iteration, the item and the number.
[[nodiscard]] SolveResult solve(const Solver& solver, const Problem& problem,
                                const SolveOptions& options = {});

}  // namespace parfocal
