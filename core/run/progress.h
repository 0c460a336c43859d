// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/run/clock.h"
#include "core/run/eta.h"
#include "core/run/terminal_line.h"

namespace parfocal {

/// Shows how far a loop is: on a terminal one line, redrawn at most 10 times per second; elsewhere
/// one whole line per 10 s, and one at the end.
///
///     reconstruct 37/100 37% 12.3 step/s ETA 0:05 objective 1.2346e+03 mem 412 MiB (peak 430 MiB)
///
/// Invariants: never slows the loop by more than a clock reading per step; a quiet one prints
///             nothing. One thread at a time.
/// Tested by:  tests/core/run/progress_test.cpp.
class Progress {
 public:
  struct Options {
    std::string label;
    std::uint64_t total = 0;  ///< 0: unknown
    std::string step_word = "step";
    std::string value_name = {};  ///< "objective", "loss", ...; empty: no value
    bool quiet = false;
    std::function<std::uint64_t()> device_bytes = {};  ///< absent: no device
  };
  using Clock = std::function<double()>;

  Progress(TerminalLine& line, Options options, Clock clock = monotonic_s);
  /// Keeps the last state visible.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// After step number `done` (the first is 1).
  void update(std::uint64_t done, std::optional<double> value = std::nullopt);

  [[nodiscard]] const EtaEstimator& eta() const noexcept { return eta_; }

 private:
  [[nodiscard]] std::string text() const;

  TerminalLine& line_;
  Options options_;
  Clock clock_;
  EtaEstimator eta_;
  double last_step_s_;
  double last_shown_s_;
  bool shown_once_ = false;
  bool unshown_ = false;
  std::uint64_t done_ = 0;
  std::optional<double> value_;
};

/// "0:05", "12:34", "3:04:05", "2 d 03:04:05".
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace parfocal
