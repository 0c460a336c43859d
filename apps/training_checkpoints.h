// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/training_record.h"
#include "core/run/checkpoint_store.h"
#include "learned/training/trainer.h"

namespace parfocal {

/// Where and how often a run keeps the state of its training, and what that state depends on.
struct CheckpointPlan {
  std::filesystem::path folder;
  double every_s = 300.0;
  std::size_t keep = 2;
  /// Program, LibTorch, device, threads, configuration; "input:PATH" with the digest of each input
  /// that was read so far.
  std::function<std::map<std::string, std::string>()> identity;
  bool allow_nonidentical = false;  ///< Goes on although the identity differs.

  /// The same for a part of the run.
  [[nodiscard]] CheckpointPlan below(const std::filesystem::path& part) const;
};

/// The state of a training by time: kept, found again, and gone when the training has ended.
///
/// Layout:     the tensors of `TrainerState`; "record/losses" [step], "record/validations" [n, 2] with
///             steps and losses, and the state to go back to below "kept/".
/// Invariants: a run that was killed and goes on writes the same bytes as one that was not.
/// Errors:     DataError where there are checkpoints and none is valid; UsageError where the newest
///             valid one was made from other inputs, or by another
///             program, device or number of threads.
/// Tested by:  tests/apps/resume_test.cpp.
class TrainingCheckpoints {
 public:
  using Warn = std::function<void(const std::string& sentence)>;
  /// Told before and after a checkpoint is written.
  using Tell = std::function<void(std::int64_t step, bool written)>;

  TrainingCheckpoints(CheckpointPlan plan, Warn warn, Tell tell);

  /// Brings the trainer to the newest valid checkpoint and returns what it had told by then; empty
  /// where the training starts from its beginning.
  [[nodiscard]] TrainingRecord restore(Trainer& trainer) const;

  [[nodiscard]] bool is_due() const;
  void write(const Trainer& trainer, const TrainingRecord& record);

 private:
  void check_identity(const StoredCheckpoint& found) const;
  void require(bool same, const std::string& difference) const;

  CheckpointPlan plan_;
  CheckpointStore store_;
  Warn warn_;
  Tell tell_;
  double last_s_;
};

}  // namespace parfocal
