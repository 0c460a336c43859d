// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/design.h"
#include "apps/task.h"
#include "apps/training_record.h"
#include "learned/training/trainer.h"

namespace parfocal {

/// Moves the parameters of a design as `optimize` says, an earlier training first, from the
/// beginning or from the newest checkpoint.
///
/// Convention: step t of a training sees the objects from first_sample + t batch on.
/// Invariants: the design of a run that was stopped and goes on has the bits of an undisturbed one.
/// Errors:     UsageError for several starts of values that no seed changes; NumericError for a loss that is not finite where `on_nan` says stop, or after five
///             times going back; then the run ends and its checkpoints stay.
/// Tested by:  tests/apps/design_training_test.cpp, tests/apps/resume_test.cpp.
class DesignTraining {
 public:
  DesignTraining(Design& design, const Experiment& experiment, datasets::ImageFileLoader& files);

  /// Steps of all trainings; 0 where nothing is trained.
  [[nodiscard]] std::int64_t steps() const;
  /// False if it was cancelled between two steps; it can be resumed there.
  [[nodiscard]] bool run(const std::filesystem::path& folder, const RunHooks& hooks);
  /// Writes all that was moved under its dotted path, with unit and scale.
  void write_parameters(const std::filesystem::path& file) const;

 private:
  /// Values of the parameters that a part trains, in its order.
  using Values = std::vector<at::Tensor>;
  struct Part {
    OptimizeBlock block;
    const Loss& loss;
    std::string column;
    std::vector<TrainedParameter> trained;

    [[nodiscard]] std::int64_t steps() const { return trained.empty() ? 0 : block.steps; }
  };

  /// Refuses here what its trainer refuses.
  [[nodiscard]] Part part_of(const OptimizeBlock& block, const Loss& loss,
                             const std::string& column);
  /// What the experiment draws for each start of the earlier training.
  [[nodiscard]] std::vector<Values> draw_starts(const Experiment& experiment,
                                                datasets::ImageFileLoader& files) const;
  /// Whether a step changes what the model derives from its parameters.
  [[nodiscard]] static bool holds_instrument(const Part& part);
  [[nodiscard]] at::Tensor loss_of(const Part& part, std::int64_t first, std::int64_t count);
  [[nodiscard]] Values values_of(const Part& part) const;
  void set_values(const Part& part, const Values& values);
  [[nodiscard]] bool run_earlier(TrainingTable& table, const RunHooks& hooks);
  /// Its checkpoints lie below `name`.
  [[nodiscard]] bool run_part(const Part& part, const std::string& name, TrainingTable& table,
                              const RunHooks& hooks);

  Design& design_;
  OptimizeBlock block_;
  std::optional<Part> earlier_;
  std::vector<Values> starts_;  ///< Of the earlier training.
  Part main_;
};

}  // namespace parfocal
