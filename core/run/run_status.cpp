// SPDX-License-Identifier: Apache-2.0
#include "core/run/run_status.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/run_lock.h"

namespace parfocal {
namespace {

using State = RunStatus::State;

std::optional<RunStatus> parse(std::string_view text) {
  if (text.empty() || text.back() != '\n') return std::nullopt;
  text.remove_suffix(1);
  if (text == "running") return RunStatus{State::kRunning};
  if (text == "success") return RunStatus{State::kSuccess};
  if (text == "aborted") return RunStatus{State::kAborted};
  constexpr std::string_view kFailure = "failure ";
  if (!text.starts_with(kFailure)) return std::nullopt;
  const auto digits = text.substr(kFailure.size());
  int code = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), code);
  if (status != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return RunStatus{State::kFailure, static_cast<ExitCode>(code)};
}

RunStatus status_of_silent_run(const std::filesystem::path& folder) {
  RunStatus status;
  if (inspect_lock(folder).state == LockState::kHeld) return status;
  status.state = State::kAborted;
  status.killed = true;
  return status;
}

}  // namespace

std::string RunStatus::text() const {
  switch (state) {
    case State::kRunning:
      return "running";
    case State::kSuccess:
      return "success";
    case State::kFailure:
      return fmt::format("failure {}", static_cast<int>(exit_code));
    case State::kAborted:
      return killed ? "aborted (killed)" : "aborted";
  }
  return "unknown";
}

RunStatus status_of(ExitCode code) {
  switch (code) {
    case ExitCode::kSuccess:
      return {State::kSuccess};
    case ExitCode::kRequeue:
    case ExitCode::kInterrupted:
    case ExitCode::kTerminated:
      return {State::kAborted};
    default:
      return {State::kFailure, code};
  }
}

void write_status(const std::filesystem::path& folder, const RunStatus& status) {
  RunStatus plain = status;
  plain.killed = false;
  write_file_atomically(folder / "STATUS", plain.text() + "\n");
}

RunStatus read_status(const std::filesystem::path& folder) {
  const auto file = folder / "STATUS";
  if (!std::filesystem::exists(file)) return status_of_silent_run(folder);
  const std::string text = read_whole_file(file);
  const auto status = parse(text);
  if (!status) {
    throw DataError(fmt::format(
        "{} = \"{}\": expected running, success, failure N or aborted; the folder is damaged",
        file.string(), text.substr(0, 40)));
  }
  return status->state == State::kRunning ? status_of_silent_run(folder) : *status;
}

}  // namespace parfocal
