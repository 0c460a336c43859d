// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/run/append_file.h"

namespace parfocal {

/// `events.jsonl`: what happened when, one JSON object per line, readable while the run goes on.
///
/// Layout:     `t` (UTC, ms), `mono_s` (seconds since this log was opened), `kind` = start, stage,
///             step, metric, checkpoint, heartbeat, memory, warning, error or end, then the
///             payload. A watchdog thread writes a heartbeat with the current stage, so that a long
///             step can be told from a hang.
/// Invariants: each line is written by one call; a torn last line (killed process) is cut when the
///             log is opened again, and readers ignore it. Any thread may write.
/// Errors:     FileError; one that hits the watchdog is thrown by the next `emit`. LogicError for
///             an unknown kind or a payload that is no object or uses a reserved key.
/// Tested by:  tests/core/run/records_test.cpp.
class EventLog {
 public:
  static constexpr std::chrono::milliseconds kHeartbeat{20'000};

  explicit EventLog(const std::filesystem::path& path,
                    std::chrono::milliseconds heartbeat = kHeartbeat);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  void emit(std::string_view kind, const nlohmann::json& payload = nlohmann::json::object());
  /// Emits a `stage` event; later heartbeats name this stage.
  void enter_stage(const std::string& stage);

 private:
  void write_line(std::string_view kind, const nlohmann::json& payload);
  void watch();

  std::mutex mutex_;
  std::condition_variable wake_;
  AppendFile file_;
  double opened_s_;
  double stage_since_s_;
  std::string stage_ = "start";
  std::string watchdog_error_;
  bool stopping_ = false;
  std::chrono::milliseconds heartbeat_;
  std::thread watchdog_;
};

struct EventsRead {
  std::vector<nlohmann::json> events;
  bool torn_tail = false;  ///< the last line was cut by a kill and is left out
};

/// \throws DataError naming the line for damage anywhere but in the last line.
[[nodiscard]] EventsRead read_events(const std::filesystem::path& path);

}  // namespace parfocal
