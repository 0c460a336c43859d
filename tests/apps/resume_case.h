// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "tests/apps/program_runner.h"

namespace parfocal::testing {

/// A joint design that can be stopped: a mask and a network, a fixed and a sought variant, a
/// checkpoint after every step.
class ResumeCase {
 public:
  /// Runs it once undisturbed. `method`: of the optimizer.
  explicit ResumeCase(int steps, const std::string& method = "adam");

  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  /// A fresh run, sent `signal` some time after it has written that many checkpoints. Its folder.
  [[nodiscard]] std::filesystem::path stopped_run(const std::string& out, int checkpoints,
                                                  double delay_s, int signal) const;
  /// Of both variants.
  [[nodiscard]] int checkpoints() const { return 2 * steps_ + 16; }
  [[nodiscard]] ProgramResult resume(const std::filesystem::path& run,
                                     const Words& more = {}) const;
  /// Numbers, results, weights and metrics are those of the undisturbed run; nothing is left over.
  void expect_same_as_undisturbed(const std::filesystem::path& run) const;

 private:
  WorkFolder folder_;
  std::filesystem::path undisturbed_;
  int steps_;
};

/// Whether the run was stopped between the begin and the end of writing a checkpoint.
[[nodiscard]] bool was_writing_a_checkpoint(const std::filesystem::path& run);

/// Kills `kills` runs at random moments, resumes each, and compares. Returns how many
/// of the kills fell into the writing of a checkpoint.
int kill_and_resume(const ResumeCase& study, int kills, unsigned seed);

}  // namespace parfocal::testing
