// SPDX-License-Identifier: Apache-2.0
#include "core/run/exit_codes.h"

#include <csignal>
#include <filesystem>
#include <new>

#include "core/error.h"

namespace parfocal {

ExitCode exit_code_of(const std::exception& error) {
  const auto is = [&error]<class Family>(const Family*) {
    return dynamic_cast<const Family*>(&error) != nullptr;
  };
  if (is(static_cast<const UsageError*>(nullptr))) return ExitCode::kUsage;
  if (is(static_cast<const DataError*>(nullptr))) return ExitCode::kData;
  if (is(static_cast<const NumericError*>(nullptr))) return ExitCode::kNumeric;
  if (is(static_cast<const MemoryError*>(nullptr))) return ExitCode::kMemory;
  if (is(static_cast<const std::bad_alloc*>(nullptr))) return ExitCode::kMemory;
  if (is(static_cast<const FileError*>(nullptr))) return ExitCode::kFile;
  if (is(static_cast<const std::filesystem::filesystem_error*>(nullptr))) return ExitCode::kFile;
  return ExitCode::kInternal;
}

ExitCode exit_code_of_signal(int signal_number) {
  return signal_number == SIGINT ? ExitCode::kInterrupted : ExitCode::kTerminated;
}

std::string_view meaning(ExitCode code) {
  switch (code) {
    case ExitCode::kSuccess:
      return "success";
    case ExitCode::kUsage:
      return "command line or experiment file";
    case ExitCode::kData:
      return "input data";
    case ExitCode::kNumeric:
      return "numeric failure";
    case ExitCode::kMemory:
      return "out of memory";
    case ExitCode::kFile:
      return "input or output failed";
    case ExitCode::kTaskLost:
      return "a task was lost";
    case ExitCode::kInternal:
      return "internal error";
    case ExitCode::kRequeue:
      return "stopped for the scheduler";
    case ExitCode::kInterrupted:
      return "interrupted";
    case ExitCode::kTerminated:
      return "terminated";
  }
  return "unknown";
}

}  // namespace parfocal
