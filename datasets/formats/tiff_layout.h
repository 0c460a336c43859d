// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/formats/tiff_walker.h"

namespace parfocal::formats {

namespace tiff_tag {
inline constexpr std::uint16_t kImageWidth = 256;
inline constexpr std::uint16_t kImageLength = 257;
inline constexpr std::uint16_t kBitsPerSample = 258;
inline constexpr std::uint16_t kCompression = 259;
inline constexpr std::uint16_t kPhotometric = 262;
inline constexpr std::uint16_t kFillOrder = 266;
inline constexpr std::uint16_t kImageDescription = 270;
inline constexpr std::uint16_t kStripOffsets = 273;
inline constexpr std::uint16_t kOrientation = 274;
inline constexpr std::uint16_t kSamplesPerPixel = 277;
inline constexpr std::uint16_t kRowsPerStrip = 278;
inline constexpr std::uint16_t kStripByteCounts = 279;
inline constexpr std::uint16_t kXResolution = 282;
inline constexpr std::uint16_t kYResolution = 283;
inline constexpr std::uint16_t kPlanarConfiguration = 284;
inline constexpr std::uint16_t kResolutionUnit = 296;
inline constexpr std::uint16_t kSoftware = 305;
inline constexpr std::uint16_t kPredictor = 317;
inline constexpr std::uint16_t kTileWidth = 322;
inline constexpr std::uint16_t kTileLength = 323;
inline constexpr std::uint16_t kTileOffsets = 324;
inline constexpr std::uint16_t kTileByteCounts = 325;
inline constexpr std::uint16_t kSampleFormat = 339;
}  // namespace tiff_tag

/// The whole-number tags of one page, looked up by number.
///
/// `values(tag)` gives at most a few values, or nothing where the tag is absent.
using TagLookup = std::function<std::vector<std::uint64_t>(std::uint16_t tag)>;

/// Derives the layout of a page from its tags. What the format allows but this program does not
/// read goes into `refusal`; a page without a usable size has n_segments == 0.
///
/// \throws std::overflow_error for sizes beyond 64 bits, std::invalid_argument for contradictions;
///         the walker adds file, page and offset.
[[nodiscard]] TiffLayout layout_of_page(const TagLookup& values, const ReadOptions& options);

/// Largest possible decoded / stored ratio of a compression, 1 for none.
[[nodiscard]] std::uint64_t largest_expansion(std::uint64_t compression);

}  // namespace parfocal::formats
