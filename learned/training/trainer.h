// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/operators/parameter_tree.h"
#include "learned/training/lbfgs.h"
#include "learned/training/optimize.h"

namespace parfocal {

/// One parameter that a training moves.
struct TrainedParameter {
  std::string path;
  std::size_t group = 0;  ///< In the order of `optimize.parameters`.
};

/// The leaves that the groups of `block` hold: each belongs to the group of the longest path above
/// it, unless a path of `frozen` that is as long or longer holds it.
///
/// Errors:    UsageError for a path that names nothing, or nothing that can be trained.
/// Tested by: tests/learned/training/trainer_test.cpp.
[[nodiscard]] std::vector<TrainedParameter> trained_parameters(const OptimizeBlock& block,
                                                               const ParameterTree& tree);

/// Layout: "step", "stale", "finished", "rate_factor"; before each path "value/", "free/" (mapped),
///         "first_moment/", "second_moment/", "moment_steps/" or "momentum/" once it moved, or of
///         L-BFGS "pair_steps/", "pair_gradients/" [pair, ...] by free / rate; "average/"; "scan/"
///         before the path of a scan; "best_loss", "best/", "best_scan/" where the best is kept.
using TrainerState = std::map<std::string, at::Tensor>;

/// Finds parameters step by step: schedules, scans, gradient, clipping, rate, step, bounds.
///
/// Convention: the moments of the optimizer belong to the free value of a bounded leaf.
///             average_{t+1} = d average_t + (1 - d) leaf, d = min(decay, (1 + t) / (10 + t)).
/// Invariants: leaves stay inside their bounds; a leaf that nothing in the block names is never
///             touched; the same start, loss and threads give the same bits.
/// Errors:     NumericError naming the step for a loss or gradient that is not finite; the leaves
///             then keep their last finite values. UsageError for a value of another dimension.
/// Tested by:  tests/learned/training/trainer_test.cpp (closed forms of each method),
///             tests/learned/training/trainer_state_test.cpp.
class Trainer {
 public:
  /// A scalar that depends on the leaves.
  using LossFunction = std::function<at::Tensor()>;

  Trainer(OptimizeBlock block, ParameterTree& tree);
  ~Trainer();
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;

  [[nodiscard]] std::int64_t step_count() const { return step_; }
  [[nodiscard]] std::int64_t steps() const { return parameters_.empty() ? 0 : block_.steps; }
  /// After the last step, or where `validation.patience` has run out.
  [[nodiscard]] bool is_done() const;
  [[nodiscard]] const std::vector<TrainedParameter>& parameters() const { return parameters_; }

  /// Returns the loss before the step.
  double step(const LossFunction& loss);
  /// The loss on other objects, for the moving average where there is one. With `validation` this
  /// is what `keep: best` compares and what patience counts.
  double judge(const LossFunction& loss);
  /// After the last step: the scans of the end; then the best parameters where they are kept, else
  /// the moving average where there is one. Once.
  void finish(const LossFunction& loss);
  /// Whether the line search of the last step found no lower loss, so that nothing moved.
  [[nodiscard]] bool stands_still() const { return stands_still_; }
  /// No leaf requires a gradient any more, until the next step.
  void hold() const;
  /// All rates from here on times `factor`.
  void scale_rates(double factor);
  [[nodiscard]] double rate_factor() const { return rate_factor_; }

  /// Everything that the next step depends on, by name: step, values, moments, scans, best.
  [[nodiscard]] TrainerState state() const;
  /// Goes on where `state` was taken: the following steps give the same bits.
  /// \throws DataError for a state of other parameters or another optimizer; then nothing changed.
  void restore(const TrainerState& state);

 private:
  struct Moves;
  struct Line {
    at::Tensor leaf;
    double from = 0.0, to = 0.0, after = 0.0;
    ParameterSchedule rule;
  };
  struct Scan {
    at::Tensor leaf;
    double from = 0.0, to = 0.0;
    std::int64_t candidates = 0;
    std::vector<std::int64_t> at;
  };
  struct Best {
    double loss = 0.0;
    std::vector<at::Tensor> values;
  };

  void read_lines(const ParameterTree& tree);
  /// Nothing: where the schedules end.
  void set_lines(std::optional<std::int64_t> step);
  void scan(const LossFunction& loss, std::int64_t at);
  void check_and_clip();
  /// Whether any group moves in this step; the leaves of those that do require a gradient.
  bool set_rates();
  /// A step of L-BFGS from the present point, where the loss is `number`.
  void search_line(const LossFunction& loss, double number);
  /// Not finite where the loss has no value: too coarse a sampling, an iteration that diverges.
  [[nodiscard]] Lbfgs::Point evaluate(const LossFunction& loss, const at::Tensor& variables) const;
  void write_pairs(TrainerState& state) const;
  /// Remembers the present values where they are the best so far.
  void consider(double loss);
  [[nodiscard]] bool lines_have_ended() const;
  void update_average();
  /// The leaves and the averages change places.
  void swap_average();

  OptimizeBlock block_;
  std::vector<TrainedParameter> parameters_;
  std::vector<Line> lines_;
  std::vector<Scan> scans_;
  std::optional<Best> best_;
  std::vector<at::Tensor> average_;  ///< Of the values; empty without.
  std::int64_t step_ = 0;
  std::int64_t stale_ = 0;  ///< Judgements in a row without a better one.
  double rate_factor_ = 1.0;
  bool finished_ = false;
  bool stands_still_ = false;
  std::unique_ptr<Moves> moves_;
};

}  // namespace parfocal
