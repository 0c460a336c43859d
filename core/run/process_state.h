// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace parfocal {

/// A process of this host, as /proc/PID/stat tells.
struct ProcessState {
  char state = 'Z';
  std::uint64_t start_ticks = 0;  ///< Tells a reused PID apart.

  /// Ended, though its parent has not asked for its exit status yet.
  [[nodiscard]] bool has_ended() const { return state == 'Z' || state == 'X'; }
};

/// Nothing without such a process, or without /proc.
[[nodiscard]] std::optional<ProcessState> process_state(pid_t pid);

/// Whether no such process works any more.
///
/// Tested by: tests/core/run/atomic_file_test.cpp, tests/core/run/run_folder_test.cpp.
[[nodiscard]] bool process_is_gone(pid_t pid);

}  // namespace parfocal
