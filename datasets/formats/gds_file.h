// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/operators/polygons.h"

namespace parfocal::formats {

struct GdsOptions {
  double database_unit_m = 1e-9;  ///< Coordinates are whole multiples of it.
  std::string structure = "MASK";
};

/// What a GDSII file of this library holds.
struct GdsFile {
  double database_unit_m = 0.0;
  std::string structure;
  std::vector<PolygonLayer> layers;
};

/// Writes polygons as a GDSII stream: one library, one structure, one BOUNDARY per polygon.
///
/// GDSII Stream Format Manual, release 6.0 (1987).
///
/// Convention: y points up in the file, so that a layout program shows the map as an image of it
///             looks; GDS layer = number of the layer, data type 0; user unit 1 um; the first
///             BOUNDARY of a layer carries its height as property 1, "HEIGHT_M 1.25e-07". Polygons
///             with holes or more than 8190 points are cut (`simple_pieces`), since a BOUNDARY has
///             neither.
/// Precision:  coordinates rounded to the database unit.
/// Invariants: no time stamp: the same polygons give the same bytes; the file appears whole or not
///             at all.
/// Errors:     FileError; UsageError for a polygon that has no area in database units, a coordinate
///             beyond 2^31 of them, a layer number outside 0 .. 32767 or given twice, a name that
///             GDSII cannot hold.
/// Tested by:  tests/datasets/gds_test.cpp.
void write_gds(const std::filesystem::path& path, const std::vector<PolygonLayer>& layers,
               const GdsOptions& options = {});

/// Reads a file as `write_gds` writes it; structures with references, paths or texts are refused.
///
/// Errors:     DataError naming file and byte.
/// Tested by:  tests/datasets/gds_test.cpp.
[[nodiscard]] GdsFile read_gds(const std::filesystem::path& path);

}  // namespace parfocal::formats
