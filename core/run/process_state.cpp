// SPDX-License-Identifier: Apache-2.0
#include "core/run/process_state.h"

#include <fmt/format.h>
#include <signal.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>

namespace parfocal {

// Fields 3 and 22 of /proc/<pid>/stat; the command name before them may hold anything.
std::optional<ProcessState> process_state(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  ProcessState result;
  std::string skipped;
  fields >> result.state;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  fields >> result.start_ticks;
  return fields ? std::optional(result) : std::nullopt;
}

bool process_is_gone(pid_t pid) {
  if (::kill(pid, 0) != 0 && errno == ESRCH) return true;
  const auto state = process_state(pid);
  return state && state->has_ended();  // no /proc: the answer of kill stands
}

}  // namespace parfocal
