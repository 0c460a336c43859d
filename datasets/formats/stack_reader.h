// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "datasets/formats/array.h"

namespace parfocal::formats {

struct ReadOptions {
  /// Use the whole frames before the damage and say so in `warnings`, instead of refusing.
  bool allow_truncated = false;
  /// A stack that decodes to more than this and to more than its own file size is refused.
  std::uint64_t max_bytes = std::uint64_t{16} << 30;
  std::uint64_t max_frame_bytes = std::uint64_t{2} << 30;
  std::int64_t max_pages = 1'048'576;
  /// Name of the matrix, where a MATLAB file holds several; empty: the only one.
  std::string variable = {};
};

/// What a stack holds, known before any pixel is decoded.
///
/// Layout: frame = z + n_z * (channel + n_channels * t), whatever the order in the file, so that
///         consecutive frames are the array [t, channel, z, y, x].
/// Units:  pitches in metres, only where the file itself states them with a unit.
struct StackInfo {
  std::int64_t n_frames = 0;           ///< frames that can be read
  std::int64_t n_frames_expected = 0;  ///< what the file's own description announces
  std::int64_t n_frames_found = 0;     ///< frames that lie whole inside the file
  std::int64_t n_y = 0;
  std::int64_t n_x = 0;
  std::int64_t n_samples = 1;  ///< 1, or 3 for red, green, blue
  SampleType type = SampleType::kUInt16;
  std::int64_t n_channels = 1;
  std::int64_t n_z = 1;
  std::int64_t n_t = 1;
  std::optional<double> pitch_y_m;
  std::optional<double> pitch_x_m;
  std::optional<double> pitch_z_m;
  std::vector<std::string> channel_names;
  std::string format;  ///< "tiff", "ome-tiff", "imagej-tiff", "png", "npy",
                       ///< "picasso-raw", "dax", "matlab-5", "matlab-7.3"
  std::vector<std::string> warnings;
};

/// Frames of an image file, one at a time, so that memory does not grow with the stack.
///
/// Layout:     a frame is [n_y, n_x], or [n_y, n_x, 3] for colour; row 0 is the first row stored.
/// Precision:  the numbers of the file, never rescaled, inverted, flipped or gamma-corrected.
/// Invariants: n_frames == n_frames_expected unless `allow_truncated` was given; every frame is
///             delivered whole or refused, never filled with zeros; nothing is allocated before
///             its size is checked against the file and the budget.
/// Errors:     DataError with file, frame, page and byte offset.
/// Tested by:  tests/datasets/stack_reader_test.cpp, tests/fuzz/tiff_mutation_test.cpp
class StackReader {
 public:
  virtual ~StackReader() = default;
  [[nodiscard]] virtual const StackInfo& info() const = 0;
  /// \param frame counts from 0. Not for concurrent use: open one reader per thread.
  [[nodiscard]] virtual Array read_frame(std::int64_t frame) = 0;
};

/// Opens TIFF, BigTIFF, PNG, NPY or MATLAB; the first bytes decide, not the extension. Movies
/// without a header (.raw, .dax) are known by it.
///
/// A MATLAB file is one frame: its only matrix, or that of the name `ReadOptions::variable`.
/// An NPY array of rank 2 is one frame, of rank 3 to 5 [t, c, z, y, x] without the leading axes
/// that are missing (rank 3: [t, y, x]); a last axis of 1 or 3 holds colour samples.
[[nodiscard]] std::unique_ptr<StackReader> open_stack(const std::filesystem::path& path,
                                                      const ReadOptions& options = {});

/// The word that `StackInfo::format` would hold, or "unknown"; no pixel is decoded.
[[nodiscard]] std::string format_name(const std::filesystem::path& path);

/// A whole `.npy` array of any rank. \throws DataError
[[nodiscard]] Array read_npy(const std::filesystem::path& path, const ReadOptions& options = {});

}  // namespace parfocal::formats
