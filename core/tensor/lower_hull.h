// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace parfocal {

/// The lower convex hull of the points (x, y) at every x: the largest convex curve that lies nowhere
/// above y ("rubberband" of spectra). `x` ascending, or empty for even distances.
/// Tested by:  tests/solvers/spectral/baseline_test.cpp.
[[nodiscard]] std::vector<double> lower_hull(std::span<const double> y,
                                             std::span<const double> x = {});

}  // namespace parfocal
