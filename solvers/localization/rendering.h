// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace parfocal::solvers {

/// A place with what is known of it, in one unit.
struct DrawnEmitter {
  double x = 0, y = 0;
  double deviation_x = 0, deviation_y = 0;
};

struct RenderedArea {
  std::int64_t n_y = 0, n_x = 0;  ///< Pixels of the picture.
  double pixel = 1;               ///< Their side.
  double first = 0;               ///< Coordinate of the outer edge of pixel (0, 0), both axes.
  double least_deviation = 0;     ///< Sharper emitters are drawn with this one.
};

/// The super-resolved picture: every emitter a normal distribution integrated over the pixels, its
/// light 1, so that values are emitters per pixel. float64 [n_y, n_x].
/// Tested by: tests/solvers/localization_test.cpp.
[[nodiscard]] at::Tensor render(const std::vector<DrawnEmitter>& emitters,
                                const RenderedArea& area);

}  // namespace parfocal::solvers
