// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <utility>

namespace parfocal {

/// Asks a long computation to stop after its current step. Converts to `std::function<bool()>`.
///
/// The library only asks; what makes the answer true (a signal, a deadline, a button) is decided by
/// the program.
class Cancellation {
 public:
  /// Never requested.
  Cancellation() = default;
  explicit Cancellation(std::function<bool()> source) : source_(std::move(source)) {}

  [[nodiscard]] bool requested() const { return source_ && source_(); }
  [[nodiscard]] bool operator()() const { return requested(); }

 private:
  std::function<bool()> source_;
};

}  // namespace parfocal
