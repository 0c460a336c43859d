// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string_view>

namespace parfocal {

/// What the program tells the shell. Numbers are part of the public contract.
///
/// 126, 127 belong to shells; 137 (SIGKILL) is never returned by the program itself.
enum class ExitCode : int {
  kSuccess = 0,
  kUsage = 2,          ///< command line or experiment file
  kData = 3,           ///< input missing, damaged or inconsistent
  kNumeric = 4,        ///< NaN, infinity, divergence
  kMemory = 5,         ///< host or device memory
  kFile = 6,           ///< disk full, permission, failed rename
  kTaskLost = 7,       ///< a worker was lost, or some tasks of a batch failed
  kInternal = 70,      ///< a bug in the program
  kRequeue = 75,       ///< stopped early on request of the scheduler
  kInterrupted = 130,  ///< SIGINT, after a checkpoint
  kTerminated = 143,   ///< SIGTERM or SIGHUP, after a checkpoint
};

/// The exit code of an exception that reached `main`. Exceptions of no known family are bugs (70).
[[nodiscard]] ExitCode exit_code_of(const std::exception& error);

/// SIGINT -> 130; SIGTERM and SIGHUP -> 143.
[[nodiscard]] ExitCode exit_code_of_signal(int signal_number);

/// A few words, for messages: "numeric failure".
[[nodiscard]] std::string_view meaning(ExitCode code);

}  // namespace parfocal
