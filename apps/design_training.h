// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "apps/design.h"
#include "apps/task.h"

namespace parfocal {

/// Moves the parameters of a design as `block` says, an earlier training first, from the beginning
/// or from the newest checkpoint.
///
/// Convention: step t of a training sees the objects from first_sample + t batch on.
/// Invariants: the design of a run that was stopped and goes on has the bits of an undisturbed one.
/// Errors:     NumericError for a loss that is not finite where `on_nan` says stop, or after five
///             times going back; then the run ends and its checkpoints stay.
/// Tested by:  tests/apps/design_test.cpp, tests/apps/resume_test.cpp.
class DesignTraining {
 public:
  DesignTraining(Design& design, const OptimizeBlock& block);

  /// Steps of both trainings; 0 where nothing is trained.
  [[nodiscard]] std::int64_t steps() const;
  /// False if it was cancelled between two steps; it can be resumed there.
  [[nodiscard]] bool run(const std::filesystem::path& folder, const RunHooks& hooks);
  /// Writes all that was moved under its dotted path, with unit and scale.
  void write_parameters(const std::filesystem::path& file) const;

 private:
  struct Part {
    OptimizeBlock block;
    const Loss& loss;
    Trainer trainer;
    std::string name;  ///< Of the folder of its checkpoints.
    std::string column;
  };

  void add(const OptimizeBlock& block, const Loss& loss, const std::string& name,
           const std::string& column);
  /// Whether a step changes what the model derives from its parameters.
  [[nodiscard]] static bool holds_instrument(const Part& part);
  [[nodiscard]] bool run_part(Part& part, TrainingTable& table, const RunHooks& hooks);

  Design& design_;
  OptimizeBlock block_;
  std::vector<std::unique_ptr<Part>> parts_;
};

}  // namespace parfocal
