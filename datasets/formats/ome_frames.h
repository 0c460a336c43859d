// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/formats/ome_xml.h"
#include "datasets/formats/tiff_frames.h"

namespace parfocal::formats {

/// Which page of which file each frame of an OME image is, by its TiffData elements alone.
///
/// Layout: `frames` in the order of `StackInfo`; TiffFrame::file counts `files`, of which the first
///         is the file that holds the description.
struct OmeAssignment {
  std::vector<std::string> files;
  std::vector<TiffFrame> frames;  ///< kNoFile where no element assigns a page
};

/// \param n_channels channels that are pages of their own (SizeC over samples per pixel)
/// \throws std::invalid_argument for a plane that gets two pages, a page that serves two planes,
///         and planes beyond the sizes.
[[nodiscard]] OmeAssignment assign_ome_frames(const OmeImage& image, std::int64_t n_channels,
                                              const std::string& own_uuid,
                                              const std::string& own_name);

/// The word of OME for a sample type: "float", "double", "uint16", ...
[[nodiscard]] std::string ome_type_name(SampleType type);

}  // namespace parfocal::formats
