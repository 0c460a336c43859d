// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "datasets/formats/input_file.h"
#include "datasets/formats/stack_reader.h"

namespace parfocal::formats {

/// How the pixels of one or more pages are stored; `refusal` says why they cannot be read.
struct TiffLayout {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  std::uint64_t samples = 1;
  std::uint64_t bits = 0;
  std::uint64_t sample_format = 1;
  std::uint64_t compression = 1;
  std::uint64_t predictor = 1;
  std::uint64_t orientation = 1;
  bool planar = false;              ///< one plane of segments per sample
  bool tiled = false;               ///< segments are tiles, else strips
  std::uint64_t segment_width = 0;  ///< tile width, or the image width
  std::uint64_t segment_height = 0;
  std::uint64_t n_segments = 0;
  std::string refusal;

  [[nodiscard]] SampleType type() const;
  /// Samples side by side in one segment: 1 for planar storage.
  [[nodiscard]] std::uint64_t samples_per_segment() const { return planar ? 1 : samples; }
  [[nodiscard]] std::uint64_t bytes_per_frame() const;
  /// Decoded bytes of one segment; the last strip of a plane is shorter.
  [[nodiscard]] std::uint64_t bytes_of_segment(std::uint64_t segment) const;

  friend bool operator==(const TiffLayout&, const TiffLayout&) = default;
};

struct TiffPage {
  std::uint64_t directory_offset = 0;
  std::uint64_t data_offset = 0;  ///< of the first segment
  std::uint32_t layout = 0;       ///< index into TiffStructure::layouts
};

/// The place where the chain of pages breaks off, in words.
struct TiffDamage {
  std::int64_t page = 0;
  std::uint64_t offset = 0;
  std::string reason;
};

struct TiffStructure {
  bool big = false;
  bool big_endian = false;
  std::vector<TiffLayout> layouts;
  std::vector<TiffPage> pages;     ///< whole pages before the damage, in the order of the chain
  std::uint64_t end_of_chain = 0;  ///< byte offset of the last link
  std::optional<TiffDamage> damage;
  std::string description;  ///< tag 270 of the first page
  std::optional<double> resolution_x;
  std::optional<double> resolution_y;
  std::uint64_t unreferenced_bytes = 0;   ///< in no directory, tag value, strip or tile
  std::uint64_t smallest_page_bytes = 0;  ///< stored strips or tiles of the smallest page
  std::string shared_bytes;               ///< pages that use the same bytes, in words
  std::string surplus_bytes;              ///< uncompressed strips longer than their rows, in words
};

/// Walks the chain of directories of a TIFF or BigTIFF without decoding anything.
///
/// TIFF 6.0 (Adobe, 1992), BigTIFF (Aware Systems). The library that decodes reports a broken chain
/// only partly, so the number of pages is established here.
///
/// Invariants: every page listed has its directory, tag values and strips or tiles wholly inside
///             the file, with the size that its tags demand; no directory is visited twice;
///             bytes that several pages use, or none, are counted; at most `max_pages` pages; the
///             tag values read are bounded by the file size; memory is proportional to pages +
///             strips of one page.
/// Errors:     DataError for loops, contradictory tags and exhausted budgets; what lies outside the
///             file becomes `damage`, so that the caller can use the prefix when told to.
/// Tested by:  tests/datasets/tiff_walker_test.cpp, tests/fuzz/tiff_mutation_test.cpp
[[nodiscard]] TiffStructure walk_tiff(const InputFile& file, const ReadOptions& options);

}  // namespace parfocal::formats
