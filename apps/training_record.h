// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/convergence_table.h"
#include "core/run/tensorboard.h"
#include "learned/training/trainer.h"

namespace parfocal {

/// What a training has told so far, and where it may go back to.
struct TrainingRecord {
  std::vector<double> losses;                  ///< Before every step.
  std::map<std::int64_t, double> validations;  ///< Number of steps done -> loss on other objects.
  TrainerState kept;                           ///< With on_nan: roll_back; else empty.

  /// Forgets what came after that many steps.
  void cut(std::int64_t steps);
};

/// metrics.csv and the events for TensorBoard, one row per step.
///
/// Layout:     frame 0, iteration (counted through an earlier training), loss, and where they are
///             asked for loss_before and validation; tensorboard/events.out.tfevents.parfocal.
/// Invariants: written anew from a record, the bytes are those of the undisturbed run.
class TrainingTable {
 public:
  TrainingTable(std::filesystem::path folder, const OptimizeBlock& block);

  /// A row under `column`.
  void add(const std::string& column, double loss, std::optional<double> validation);
  /// Cuts all but the first rows.
  void keep(std::int64_t rows);
  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(rows_.size()); }

 private:
  struct Row {
    std::string column;
    double loss = 0.0;
    std::optional<double> validation;
  };

  void open();
  void write(const Row& row, std::int64_t step);

  std::filesystem::path folder_;
  std::vector<std::string> columns_;
  std::vector<Row> rows_;
  std::optional<ConvergenceTable> table_;
  std::optional<TensorBoardFile> events_;
};

}  // namespace parfocal
