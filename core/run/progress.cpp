// SPDX-License-Identifier: Apache-2.0
#include "core/run/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/run/host_info.h"

namespace parfocal {
namespace {

constexpr double kRedrawS = 0.1;
constexpr double kLineS = 10;

std::string mebibytes(std::uint64_t bytes) {
  return fmt::format("{:.0f} MiB", static_cast<double>(bytes) / 1048576.0);
}

std::string rate_text(double step_s, const std::string& word) {
  if (!(step_s > 0)) return "";
  return step_s < 1 ? fmt::format(" {:.3g} {}/s", 1 / step_s, word)
                    : fmt::format(" {:.3g} s/{}", step_s, word);
}

}  // namespace

std::string duration_text(double seconds) {
  const auto total = static_cast<std::uint64_t>(std::llround(std::clamp(seconds, 0.0, 1e15)));
  const std::uint64_t days = total / 86400;
  const std::uint64_t hours = total / 3600 % 24;
  const std::uint64_t minutes = total / 60 % 60;
  if (days > 0) return fmt::format("{} d {:02}:{:02}:{:02}", days, hours, minutes, total % 60);
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, total % 60);
  return fmt::format("{}:{:02}", minutes, total % 60);
}

Progress::Progress(TerminalLine& line, Options options, Clock clock)
    : line_(line),
      options_(std::move(options)),
      clock_(std::move(clock)),
      last_step_s_(clock_()),
      last_shown_s_(last_step_s_) {}

Progress::~Progress() {
  if (options_.quiet || done_ == 0) return;
  if (line_.is_terminal()) {
    line_.redraw(text());
    line_.keep();
  } else if (unshown_) {
    line_.print(text());
  }
}

void Progress::update(std::uint64_t done, std::optional<double> value) {
  const double now = clock_();
  if (done > done_) eta_.add_step((now - last_step_s_) / static_cast<double>(done - done_));
  last_step_s_ = now;
  done_ = done;
  value_ = value;
  unshown_ = true;
  if (options_.quiet) return;
  const double interval = line_.is_terminal() ? kRedrawS : kLineS;
  const bool first_on_terminal = line_.is_terminal() && !shown_once_;
  if (now - last_shown_s_ < interval && !first_on_terminal) return;
  line_.is_terminal() ? line_.redraw(text()) : line_.print(text());
  last_shown_s_ = now;
  shown_once_ = true;
  unshown_ = false;
}

std::string Progress::text() const {
  std::string out = options_.label.empty() ? "" : options_.label + " ";
  out += std::to_string(done_);
  if (options_.total > 0) {
    out += fmt::format("/{} {}%", options_.total, 100 * done_ / options_.total);
  }
  if (const auto step_s = eta_.median_step_s()) {
    out += rate_text(*step_s, options_.step_word);
    if (options_.total > done_) {
      out += " ETA " + duration_text(*eta_.remaining_s(options_.total - done_));
    }
  }
  if (value_ && !options_.value_name.empty()) {
    out += fmt::format(" {} {:.4e}", options_.value_name, *value_);
  }
  const MemoryUse memory = memory_use();
  out += fmt::format(" mem {} (peak {})", mebibytes(memory.rss_bytes),
                     mebibytes(memory.peak_rss_bytes));
  if (options_.device_bytes) out += " device " + mebibytes(options_.device_bytes());
  return out;
}

}  // namespace parfocal
