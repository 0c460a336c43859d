// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/formats/array.h"

namespace parfocal::formats {

/// What stands in the description of an OME-TIFF beside the sizes.
struct OmeMetadata {
  std::optional<double> pitch_y_m;
  std::optional<double> pitch_x_m;
  std::optional<double> pitch_z_m;
  std::vector<std::string> channel_names;  ///< none, or one per channel
  std::string provenance_json;             ///< kept as a structured annotation
  std::string uuid;                        ///< "urn:uuid:...", optional; never random
  bool big_tiff = false;                   ///< also chosen beyond 2 GiB
};

/// Writes float32 numbers, as they are, as an OME-TIFF.
///
/// OME data model 2016-06; TIFF 6.0; BigTIFF as soon as the file exceeds 2 GiB.
///
/// Layout:     [n_y, n_x], [channel, n_y, n_x], [channel, z, n_y, n_x] or [t, channel, z, n_y,
///             n_x]; one uncompressed page per plane, z fastest, then channel; little-endian;
///             strips of at most 1 MiB.
/// Units:      pitches in metres; stored as PhysicalSize in µm and as pixels per cm.
/// Precision:  bit-exact float32, never rescaled.
/// Invariants: every page is read back and compared before the file gets its name; no time stamp,
///             so the same input gives the same bytes.
/// Errors:     FileError; UsageError for a text that XML cannot hold.
/// Tested by:  tests/datasets/ome_tiff_writer_test.cpp
void write_ome_tiff(const std::filesystem::path& path, const Array& planes,
                    const OmeMetadata& metadata = {});

}  // namespace parfocal::formats
