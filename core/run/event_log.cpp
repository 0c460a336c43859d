// SPDX-License-Identifier: Apache-2.0
#include "core/run/event_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/check.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/clock.h"
#include "core/run/host_info.h"

namespace parfocal {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 10> kKinds = {"start",      "stage",     "step",   "metric",
                                                     "checkpoint", "heartbeat", "memory", "warning",
                                                     "error",      "end"};

std::filesystem::path without_torn_line(const std::filesystem::path& path) {
  if (std::filesystem::exists(path)) cut_torn_line(path);
  return path;
}

}  // namespace

EventLog::EventLog(const std::filesystem::path& path, std::chrono::milliseconds heartbeat)
    : file_(without_torn_line(path), AppendFile::Mode::kContinue),
      opened_s_(monotonic_s()),
      stage_since_s_(opened_s_),
      heartbeat_(heartbeat),
      watchdog_([this] { watch(); }) {}

EventLog::~EventLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  watchdog_.join();
}

void EventLog::emit(std::string_view kind, const nlohmann::json& payload) {
  const std::lock_guard lock(mutex_);
  if (!watchdog_error_.empty()) throw FileError(watchdog_error_);
  write_line(kind, payload);
}

void EventLog::enter_stage(const std::string& stage) {
  const std::lock_guard lock(mutex_);
  if (!watchdog_error_.empty()) throw FileError(watchdog_error_);
  stage_ = stage;
  stage_since_s_ = monotonic_s();
  write_line("stage", {{"stage", stage}});
}

void EventLog::write_line(std::string_view kind, const nlohmann::json& payload) {
  if (std::ranges::find(kKinds, kind) == kKinds.end()) {
    throw LogicError(fmt::format("event kind \"{}\": is not one of the documented kinds", kind));
  }
  if (!payload.is_object()) throw LogicError("event payload: expected a JSON object");
  Json line = {{"t", iso_utc_now()},
               {"mono_s", std::round((monotonic_s() - opened_s_) * 1e6) / 1e6},
               {"kind", kind}};
  for (const auto& [key, value] : payload.items()) {
    if (line.contains(key)) throw LogicError(fmt::format("event key \"{}\": is reserved", key));
    line[key] = value;
  }
  file_.append(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void EventLog::watch() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, heartbeat_, [this] { return stopping_; })) {
    try {
      write_line("heartbeat", {{"stage", stage_},
                               {"stage_s", monotonic_s() - stage_since_s_},
                               {"rss_bytes", memory_use().rss_bytes}});
    } catch (const std::exception& error) {
      watchdog_error_ = error.what();
      return;
    }
  }
}

EventsRead read_events(const std::filesystem::path& path) {
  const std::string text = read_whole_file(path);
  EventsRead result;
  std::size_t line_number = 0;
  for (std::size_t at = 0; at < text.size();) {
    ++line_number;
    const auto feed = text.find('\n', at);
    if (feed == std::string::npos) {
      result.torn_tail = true;
      break;
    }
    auto event =
        nlohmann::json::parse(text.begin() + static_cast<std::ptrdiff_t>(at),
                              text.begin() + static_cast<std::ptrdiff_t>(feed), nullptr, false);
    if (!event.is_object()) {
      throw DataError(fmt::format("{}:{}: is not a JSON object; the file is damaged", path.string(),
                                  line_number));
    }
    result.events.push_back(std::move(event));
    at = feed + 1;
  }
  return result;
}

}  // namespace parfocal
