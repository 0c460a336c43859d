// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/grid.h"

#include <fmt/format.h>

namespace parfocal {

Grid Grid::centred(std::int64_t n_y, std::int64_t n_x, double pitch_y_m, double pitch_x_m) {
  return {
      n_y, n_x, pitch_y_m, pitch_x_m, static_cast<double>(n_y / 2), static_cast<double>(n_x / 2)};
}

std::string Grid::text() const {
  return fmt::format("{} x {}, pitch {:.6g} um x {:.6g} um", n_y, n_x, pitch_y_m * 1e6,
                     pitch_x_m * 1e6);
}

}  // namespace parfocal
