// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/tensor/grid.h"

namespace parfocal::optics {

/// `oversampling` samples per pixel and axis; the axis stays in the middle of its pixel.
/// Tested by:  tests/optics/psf/lens_psf_test.cpp.
[[nodiscard]] inline Grid fine_grid(const Grid& pixels, std::int64_t oversampling) {
  const auto o = static_cast<double>(oversampling);
  return {pixels.n_y * oversampling,
          pixels.n_x * oversampling,
          pixels.pitch_y_m / o,
          pixels.pitch_x_m / o,
          pixels.origin_y * o + 0.5 * (o - 1.0),
          pixels.origin_x * o + 0.5 * (o - 1.0)};
}

}  // namespace parfocal::optics
