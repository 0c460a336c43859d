// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace parfocal {

struct Point {
  double y_m = 0.0;
  double x_m = 0.0;

  friend bool operator==(const Point&, const Point&) = default;
};

/// A closed line; the last point is joined to the first and not repeated.
using Ring = std::vector<Point>;

/// An area, filled by the even-odd rule: the outer boundary and the holes in it. A ring may touch
/// itself or another one in single points; rings do not cross.
struct Polygon {
  Ring outer;
  std::vector<Ring> holes;

  friend bool operator==(const Polygon&, const Polygon&) = default;
};

/// Everything that is made in one step of a lithography.
///
/// Convention: coordinates of `Grid`, y down and x right, in metres.
struct PolygonLayer {
  int number = 0;
  double height_m = 0.0;
  std::vector<Polygon> polygons;
};

}  // namespace parfocal
