// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "core/run/exit_codes.h"

namespace parfocal {

/// How a run stands, as the file `STATUS` says: one word, and for a failure the exit code.
struct RunStatus {
  enum class State { kRunning, kSuccess, kFailure, kAborted };

  State state = State::kRunning;
  ExitCode exit_code = ExitCode::kSuccess;  ///< of a failure
  bool killed = false;  ///< STATUS still says `running`, but nobody works here any more

  /// "running", "success", "failure 4", "aborted", "aborted (killed)".
  [[nodiscard]] std::string text() const;
};

/// Success for 0, aborted for a stop on request (75, 130, 143), otherwise failure.
[[nodiscard]] RunStatus status_of(ExitCode code);

/// Writes `folder/STATUS` by rename.
void write_status(const std::filesystem::path& folder, const RunStatus& status);

/// The truth also for a killed run: `running` without a living owner of LOCK is an abort.
/// \throws DataError when STATUS holds something else.
[[nodiscard]] RunStatus read_status(const std::filesystem::path& folder);

}  // namespace parfocal
