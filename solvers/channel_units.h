// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace parfocal {

/// Capability of a prior: it measures every channel of the object in a unit of its own, so that the
/// distance of its prox is sum_k |w_k - v_k|^2 / unit_k^2.
class ChannelUnits {
 public:
  virtual ~ChannelUnits() = default;
  /// One for each channel, in the unit of the channel; empty where all are 1.
  [[nodiscard]] virtual std::vector<double> channel_units() const = 0;
};

}  // namespace parfocal
