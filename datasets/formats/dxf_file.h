// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "core/operators/polygons.h"

namespace parfocal::formats {

enum class DxfUnit { kMicrometre, kMillimetre };

struct DxfFile {
  DxfUnit unit = DxfUnit::kMillimetre;
  std::vector<PolygonLayer> layers;
};

/// Writes polygons as an ASCII DXF of release 12: a closed POLYLINE per ring.
///
/// AutoCAD DXF Reference, release 12 (1992).
///
/// Convention: y points up in the file, so that a drawing program shows the map as an image of it
///             looks; layer n is named LEVEL_n. Release 12 knows no unit and no height: both stand
///             in comments before the first section, "UNIT MM" (or UM) and "LAYER n HEIGHT_M h". An
///             outer boundary goes clockwise on the drawing, its holes follow it and go the other
///             way; the rings of a layer are filled together by the even-odd rule.
/// Precision:  coordinates to 1 pm, at most 1e6 units.
/// Invariants: the same polygons give the same bytes; the file appears whole or not at all.
/// Errors:     FileError; UsageError for a coordinate beyond the limit, a ring without area, a layer
///             number below 0 or given twice.
/// Tested by:  tests/datasets/dxf_test.cpp.
void write_dxf(const std::filesystem::path& path, const std::vector<PolygonLayer>& layers,
               DxfUnit unit = DxfUnit::kMillimetre);

/// Reads a file as `write_dxf` writes it, and nothing else.
///
/// Errors:     DataError naming file and line.
/// Tested by:  tests/datasets/dxf_test.cpp.
[[nodiscard]] DxfFile read_dxf(const std::filesystem::path& path);

}  // namespace parfocal::formats
