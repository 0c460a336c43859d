// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "datasets/formats/tiff_walker.h"

namespace parfocal::formats {

struct TiffFile {
  InputFile file;
  TiffStructure structure;
};

/// A frame that no file holds.
inline constexpr std::uint32_t kNoFile = UINT32_MAX;

/// Where one frame lies. `page` counts the planes of a contiguous ImageJ stack, else the pages.
struct TiffFrame {
  std::uint32_t file = kNoFile;
  std::int64_t page = 0;
  friend auto operator<=>(const TiffFrame&, const TiffFrame&) = default;
};

/// Which pages are the frames of a stack, in the order of `StackInfo`.
struct TiffFramePlan {
  StackInfo info;
  std::vector<TiffFile> files;
  std::vector<TiffFrame> frames;
  bool contiguous = false;  ///< ImageJ: one directory, all planes one after another
};

/// The frame-count contract: expected frames from OME-XML, else ImageJ, else the number of pages.
///
/// Invariants: frames.size() == info.n_frames; fewer than expected only with `allow_truncated`;
///             all frames share size, samples and type.
/// Errors:     DataError naming the first missing frame, its page and the byte offset.
/// Tested by:  tests/datasets/tiff_frames_test.cpp
[[nodiscard]] TiffFramePlan plan_frames(const std::filesystem::path& path,
                                        const ReadOptions& options);

}  // namespace parfocal::formats
