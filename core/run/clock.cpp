// SPDX-License-Identifier: Apache-2.0
#include "core/run/clock.h"

#include <fmt/format.h>

#include <ctime>

namespace parfocal {
namespace {

std::tm utc_fields(std::chrono::system_clock::time_point when) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when);
  const std::time_t time = std::chrono::system_clock::to_time_t(seconds);
  std::tm fields{};
  ::gmtime_r(&time, &fields);
  return fields;
}

}  // namespace

std::string iso_utc(std::chrono::system_clock::time_point when) {
  const std::tm f = utc_fields(when);
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(when) -
                  std::chrono::floor<std::chrono::seconds>(when);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", f.tm_year + 1900, f.tm_mon + 1,
                     f.tm_mday, f.tm_hour, f.tm_min, f.tm_sec, ms.count());
}

std::string iso_utc_now() { return iso_utc(std::chrono::system_clock::now()); }

std::string compact_utc(std::chrono::system_clock::time_point when) {
  const std::tm f = utc_fields(when);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", f.tm_year + 1900, f.tm_mon + 1, f.tm_mday,
                     f.tm_hour, f.tm_min, f.tm_sec);
}

double monotonic_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace parfocal
