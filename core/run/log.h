// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <spdlog/logger.h>

#include <filesystem>
#include <memory>
#include <string_view>

#include "core/run/terminal_line.h"

namespace parfocal {

/// The log of one run: everything from `debug` up in `log.txt`, and from the chosen level up on the
/// terminal.
///
/// Made and held by the program. The library never writes to a global log: what it has to say goes
/// through its return values and callbacks.
/// Errors:    FileError when log.txt cannot be opened. A line that cannot be written later is
///            reported once on the terminal and does not end the run.
/// Tested by: tests/core/run/records_test.cpp.
class Log {
 public:
  enum class Level { kDebug, kInfo, kWarning, kError };

  /// Only the terminal, until a run folder exists.
  Log(TerminalLine& line, Level terminal_level);

  /// From now on also into `path` (continued if it exists).
  void add_file(const std::filesystem::path& path);

  /// From now on only into files: the program itself says what ends it.
  void leave_terminal();

  [[nodiscard]] spdlog::logger& logger() noexcept { return *logger_; }
  spdlog::logger* operator->() noexcept { return logger_.get(); }

 private:
  std::shared_ptr<spdlog::logger> logger_;
  TerminalLine& line_;
};

}  // namespace parfocal
