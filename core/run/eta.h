// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace parfocal {

/// Time left = remaining steps x median of the last 20 step times; the first step, which plans and
/// allocates, does not count.
///
/// Units:     seconds.
/// Tested by: tests/core/run/progress_test.cpp.
class EtaEstimator {
 public:
  void add_step(double duration_s);
  /// Nothing before the second step.
  [[nodiscard]] std::optional<double> median_step_s() const;
  [[nodiscard]] std::optional<double> remaining_s(std::uint64_t steps_left) const;

 private:
  static constexpr std::size_t kWindow = 20;
  bool first_seen_ = false;
  std::deque<double> last_;
};

}  // namespace parfocal
