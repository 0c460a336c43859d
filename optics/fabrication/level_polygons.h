// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/operators/polygons.h"
#include "core/tensor/grid.h"

namespace parfocal::optics {

/// Outlines of a quantized height map along the edges of its pixels.
///
/// Pixels that share an edge are one polygon, pixels that only touch in a corner are not: their
/// outlines share that point. Points stand where an outline turns. The interior lies to the right
/// of the way of every ring as seen on the image (y down).
///
/// Layout:     map [n_y, n_x]; pixel (i, j) reaches from y(i - 1/2) to y(i + 1/2), likewise in x.
/// Units:      metres.
/// Invariants: the layers of `level_polygons` cover every pixel exactly once; filled by the
///             even-odd rule they give the map back; the area of a layer is its number of pixels
///             times their area.
/// Errors:     UsageError naming a pixel whose height is no level; those of `check_heights`.
/// Tested by:  tests/optics/fabrication/level_polygons_test.cpp.

/// One layer per level that occurs, numbered as `levels_m` (ascending), which may be off the map by
/// `tolerance` times the least distance of two levels.
[[nodiscard]] std::vector<PolygonLayer> level_polygons(const at::Tensor& height, const Grid& grid,
                                                       const std::vector<double>& levels_m,
                                                       double tolerance = 1e-3);

/// Masks of binary optics: bit b of the level (0 .. 2^bits - 1) is layer b, of height 2^b step; the
/// heights of the layers that cover a pixel add up to its height.
///
/// G. J. Swanson, MIT Lincoln Laboratory Technical Report 854 (1989).
[[nodiscard]] std::vector<PolygonLayer> etch_masks(const at::Tensor& height, const Grid& grid,
                                                   double step_m, double tolerance = 1e-3);

/// Polygons of the pixels that are set, a bool map.
[[nodiscard]] std::vector<Polygon> outlines(const at::Tensor& set, const Grid& grid);

/// Which pixel centres the polygons hold, by the even-odd rule; bool [n_y, n_x].
[[nodiscard]] at::Tensor filled(const std::vector<Polygon>& polygons, const Grid& grid);

/// Sum of the heights of the layers over each pixel centre, float64.
[[nodiscard]] at::Tensor heights_of(const std::vector<PolygonLayer>& layers, const Grid& grid);

}  // namespace parfocal::optics
