// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/unit_disc.h"

#include <ATen/TensorOperators.h>

#include <algorithm>

#include "optics/plane.h"

namespace parfocal::optics {
namespace {

double half_diameter_m(const Grid& grid, const std::optional<Length>& diameter) {
  if (diameter) return 0.5 * diameter->m();
  return 0.5 * std::min(static_cast<double>(grid.n_y) * grid.pitch_y_m,
                        static_cast<double>(grid.n_x) * grid.pitch_x_m);
}

}  // namespace

UnitDisc::UnitDisc(const Grid& grid, const std::optional<Length>& diameter)
    : y(y_coordinates_m(grid).unsqueeze(1) / half_diameter_m(grid, diameter)),
      x(x_coordinates_m(grid).unsqueeze(0) / half_diameter_m(grid, diameter)) {}

at::Tensor UnitDisc::radius() const { return (y.square() + x.square()).sqrt().clamp_max(1.0); }

}  // namespace parfocal::optics
