// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "apps/console.h"
#include "core/run/exit_codes.h"

namespace parfocal {

/// Parses the command line and runs its verb. Help and version print and return success.
/// \throws UsageError for a wrong command line, with the nearest verb or flag; what a verb throws.
[[nodiscard]] ExitCode run_program(const std::vector<std::string>& arguments, Console& console);

/// Says what went wrong (stderr, or JSON lines on stdout under --json) and returns the exit code.
[[nodiscard]] ExitCode report_failure(const std::exception& error, const Console& console);

}  // namespace parfocal
