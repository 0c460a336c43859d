// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <vector>

#include "core/units/units.h"

namespace parfocal::optics {

/// Values of an experiment as a float64 tensor in rad.
[[nodiscard]] inline at::Tensor angles_rad(const std::vector<Angle>& angles) {
  at::Tensor values = at::empty({static_cast<std::int64_t>(angles.size())}, at::kDouble);
  for (std::size_t i = 0; i < angles.size(); ++i) values.data_ptr<double>()[i] = angles[i].rad();
  return values;
}

}  // namespace parfocal::optics
