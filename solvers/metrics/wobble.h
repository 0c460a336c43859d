// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "solvers/metrics/emitter_matching.h"

namespace parfocal::solvers {

/// How the image of a point wanders sideways with its depth, measured on beads of known places.
///
///   shift of a plane = mean of (found - true) over its beads,  smoothed over depth by a cubic
///   spline of least squares with `breaks` equidistant breaks
///
/// D. Sage et al., Nature Methods 16, 387 (2019): the shift of the nearest plane is added to the
/// true place of an emitter before anything is matched.
///
/// Layout:     a frame of beads is a plane; its depth is the mean of its true z.
/// Units:      one unit of length for all.
/// Errors:     DataError where fewer planes hold a pair than the spline has coefficients.
/// Tested by:  tests/solvers/wobble_test.cpp (polynomials of third degree are kept).
class Wobble {
 public:
  struct Options {
    double radius = 500;  ///< Between a bead and what was found of it, in the plane.
    int breaks = 10;
  };
  Wobble(const std::vector<EmitterPlace>& truth, const std::vector<EmitterPlace>& found,
         const Options& options);

  /// Shift in x and y of the plane nearest to z.
  [[nodiscard]] std::array<double, 2> at(double z) const;

 private:
  struct Plane {
    double z = 0, x = 0, y = 0;
  };
  std::vector<Plane> planes_;  ///< By z.
};

}  // namespace parfocal::solvers
