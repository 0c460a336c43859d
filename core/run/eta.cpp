// SPDX-License-Identifier: Apache-2.0
#include "core/run/eta.h"

#include <algorithm>
#include <vector>

namespace parfocal {

void EtaEstimator::add_step(double duration_s) {
  if (!first_seen_) {
    first_seen_ = true;
    return;
  }
  last_.push_back(duration_s);
  if (last_.size() > kWindow) last_.pop_front();
}

std::optional<double> EtaEstimator::median_step_s() const {
  if (last_.empty()) return std::nullopt;
  std::vector<double> sorted(last_.begin(), last_.end());
  std::ranges::sort(sorted);
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

std::optional<double> EtaEstimator::remaining_s(std::uint64_t steps_left) const {
  const auto median = median_step_s();
  if (!median) return std::nullopt;
  return *median * static_cast<double>(steps_left);
}

}  // namespace parfocal
