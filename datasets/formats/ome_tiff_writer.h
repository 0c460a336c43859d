// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
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

/// The same for a movie of one channel, frame by frame, so that memory does not grow with it.
///
/// Invariants: the file gets its name in `commit`, after every frame was read back and its check sum
///             compared; without it nothing is left.
/// Errors:     FileError.
/// Tested by:  tests/datasets/ome_tiff_writer_test.cpp
class OmeTiffMovie {
 public:
  OmeTiffMovie(const std::filesystem::path& path, std::int64_t frames, std::int64_t n_y,
               std::int64_t n_x, const OmeMetadata& metadata = {});
  ~OmeTiffMovie();
  OmeTiffMovie(const OmeTiffMovie&) = delete;
  OmeTiffMovie& operator=(const OmeTiffMovie&) = delete;

  /// The next frame, float32 [n_y, n_x].
  void add(std::span<const std::byte> frame);
  void commit();  ///< After the last frame.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace parfocal::formats
