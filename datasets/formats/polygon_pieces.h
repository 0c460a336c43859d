// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "core/operators/polygons.h"

namespace parfocal::formats {

/// Cuts a polygon into rings without holes of at most `max_points` (>= 8) points each.
///
/// The polygon is swept in y: between two heights at which points lie, its cross-section is a row of
/// intervals; intervals that follow one another alone are joined. Every piece meets a horizontal
/// line at most once, in one interval.
///
/// Convention: a polygon that already has no holes and few enough points is returned as it is.
/// Invariants: the pieces do not overlap and cover the polygon; axis-parallel edges keep their
///             coordinates bit by bit.
/// Tested by:  tests/datasets/gds_test.cpp.
[[nodiscard]] std::vector<Ring> simple_pieces(const Polygon& polygon, std::size_t max_points);

/// Twice the area, positive where the interior lies to the right of the way (y down).
[[nodiscard]] double doubled_area(const Ring& ring);

}  // namespace parfocal::formats
