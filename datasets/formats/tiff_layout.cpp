// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/tiff_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "core/check.h"

namespace parfocal::formats {
namespace {

struct Codec {
  std::uint64_t code;
  std::uint64_t largest_expansion;
  bool predicts;
};

// Bounds: PackBits 2 bytes -> 128; LZW one 12-bit code -> 3,838 bytes; Deflate 1,032:1 (zlib
// technical details); Zstandard one 4-byte block -> 128 KiB (RFC 8878, 3.1.1.2).
constexpr std::array<Codec, 6> kCodecs = {{{1, 1, false},
                                           {5, 2560, true},
                                           {8, 1032, true},
                                           {32773, 64, false},
                                           {32946, 1032, true},
                                           {50000, 32768, true}}};

const Codec* find_codec(std::uint64_t code) {
  const auto* found = std::find_if(kCodecs.begin(), kCodecs.end(),
                                   [code](const Codec& codec) { return codec.code == code; });
  return found == kCodecs.end() ? nullptr : found;
}

std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) {
    throw std::overflow_error(fmt::format("the sizes {} and {} overflow 64 bits", a, b));
  }
  return product;
}

std::uint64_t parts(std::uint64_t whole, std::uint64_t part) {
  return whole / part + (whole % part == 0 ? 0 : 1);
}

std::uint64_t single(const TagLookup& values, std::uint16_t tag, std::uint64_t absent) {
  const std::vector<std::uint64_t> found = values(tag);
  if (found.empty()) return absent;
  if (found.size() != 1) {
    throw std::invalid_argument(
        fmt::format("tag {} holds {} values, expected 1", tag, found.size()));
  }
  return found.front();
}

/// A tag that holds one value per sample; all must be equal.
std::uint64_t per_sample(const TagLookup& values, std::uint16_t tag, std::uint64_t samples,
                         std::uint64_t absent) {
  const std::vector<std::uint64_t> found = values(tag);
  if (found.empty()) return absent;
  if (found.size() != 1 && found.size() != samples) {
    throw std::invalid_argument(
        fmt::format("tag {} holds {} values for {} samples per pixel", tag, found.size(), samples));
  }
  for (const std::uint64_t value : found) {
    if (value != found.front()) {
      throw std::invalid_argument(
          fmt::format("tag {} differs between the samples of a pixel", tag));
    }
  }
  return found.front();
}

void read_geometry(const TagLookup& values, TiffLayout& layout) {
  layout.width = single(values, tiff_tag::kImageWidth, 0);
  layout.height = single(values, tiff_tag::kImageLength, 0);
  if (layout.width == 0 || layout.height == 0) {
    throw std::invalid_argument(
        fmt::format("the image size is {} x {} (height x width)", layout.height, layout.width));
  }
  layout.tiled = !values(tiff_tag::kTileWidth).empty();
  if (layout.tiled) {
    layout.segment_width = single(values, tiff_tag::kTileWidth, 0);
    layout.segment_height = single(values, tiff_tag::kTileLength, 0);
  } else {
    layout.segment_width = layout.width;
    layout.segment_height =
        std::min(single(values, tiff_tag::kRowsPerStrip, layout.height), layout.height);
  }
  if (layout.segment_width == 0 || layout.segment_height == 0) {
    throw std::invalid_argument(fmt::format("the {} size is {} x {} (height x width)",
                                            layout.tiled ? "tile" : "strip", layout.segment_height,
                                            layout.segment_width));
  }
  const std::uint64_t per_plane =
      times(parts(layout.height, layout.segment_height), parts(layout.width, layout.segment_width));
  layout.n_segments = times(per_plane, layout.planar ? layout.samples : 1);
}

std::string why_unreadable(const TagLookup& values, const TiffLayout& layout) {
  const Codec* codec = find_codec(layout.compression);
  if (codec == nullptr) {
    return fmt::format(
        "compression {} is not read (none 1, LZW 5, Deflate 8 and 32946, PackBits "
        "32773, Zstandard 50000 are); convert with \"tiffcp -c lzw\"",
        layout.compression);
  }
  if (layout.predictor < 1 || layout.predictor > 3) {
    return fmt::format("predictor {} is not defined (1, 2, 3 are)", layout.predictor);
  }
  if (layout.predictor != 1 && !codec->predicts) {
    return fmt::format("predictor {} has no meaning with compression {}", layout.predictor,
                       layout.compression);
  }
  if (layout.predictor == 3 && layout.sample_format != 3) {
    return "predictor 3 needs floating-point samples";
  }
  if (layout.samples != 1 && layout.samples != 3) {
    return fmt::format("{} samples per pixel are not read (1 or 3 are); split the channels",
                       layout.samples);
  }
  const bool whole = layout.sample_format == 1 || layout.sample_format == 2;
  const bool known = (whole && (layout.bits == 8 || layout.bits == 16 || layout.bits == 32)) ||
                     (layout.sample_format == 3 && (layout.bits == 32 || layout.bits == 64));
  if (!known) {
    return fmt::format(
        "samples of {} bits with sample format {} are not read (8, 16, 32-bit "
        "integers and 32, 64-bit floats are)",
        layout.bits, layout.sample_format);
  }
  if (single(values, tiff_tag::kPlanarConfiguration, 1) - 1 > 1) {
    return "the planar configuration is neither 1 (contiguous) nor 2 (planar)";
  }
  if (single(values, tiff_tag::kFillOrder, 1) != 1) {
    return "fill order 2 (bits reversed) is not read; convert with \"tiffcp -f msb2lsb\"";
  }
  const std::uint64_t photometric =
      single(values, tiff_tag::kPhotometric, layout.samples == 3 ? 2 : 1);
  if (photometric == 0) {
    return "photometric interpretation 0 (min is white) is not read, because the numbers would "
           "have to be inverted; convert the file to min-is-black";
  }
  if (photometric != 1 && !(photometric == 2 && layout.samples == 3)) {
    return fmt::format(
        "photometric interpretation {} with {} samples per pixel is not read "
        "(1 = min is black, 2 = RGB are)",
        photometric, layout.samples);
  }
  return {};
}

void check_budget(const TiffLayout& layout, const ReadOptions& options) {
  const std::uint64_t frame = layout.bytes_per_frame();
  if (frame > options.max_frame_bytes) {
    throw std::invalid_argument(
        fmt::format("a frame of {} x {} x {} samples takes {} bytes, the limit is {}",
                    layout.height, layout.width, layout.samples, frame, options.max_frame_bytes));
  }
  constexpr std::uint64_t kSmallTile = std::uint64_t{64} << 20;
  const std::uint64_t segment = layout.bytes_of_segment(0);
  if (segment > std::max(kSmallTile, times(4, frame))) {
    throw std::invalid_argument(fmt::format(
        "a tile of {} bytes is out of proportion to a frame of {} bytes", segment, frame));
  }
}

}  // namespace

SampleType TiffLayout::type() const {
  if (sample_format == 3) return bits == 32 ? SampleType::kFloat32 : SampleType::kFloat64;
  const bool negative = sample_format == 2;
  if (bits == 8) return negative ? SampleType::kInt8 : SampleType::kUInt8;
  if (bits == 16) return negative ? SampleType::kInt16 : SampleType::kUInt16;
  return negative ? SampleType::kInt32 : SampleType::kUInt32;
}

std::uint64_t TiffLayout::bytes_per_frame() const {
  return times(times(width, height), times(samples, bits / 8));
}

std::uint64_t TiffLayout::bytes_of_segment(std::uint64_t segment) const {
  std::uint64_t rows = segment_height;
  if (!tiled) {
    const std::uint64_t per_plane = parts(height, segment_height);
    rows = std::min(segment_height, height - (segment % per_plane) * segment_height);
  }
  return times(times(segment_width, rows), times(samples_per_segment(), bits / 8));
}

std::uint64_t largest_expansion(std::uint64_t compression) {
  const Codec* codec = find_codec(compression);
  PARFOCAL_CHECK(codec != nullptr);
  return codec->largest_expansion;
}

TiffLayout layout_of_page(const TagLookup& values, const ReadOptions& options) {
  TiffLayout layout;
  layout.samples = single(values, tiff_tag::kSamplesPerPixel, 1);
  layout.planar = layout.samples > 1 && single(values, tiff_tag::kPlanarConfiguration, 1) == 2;
  layout.bits = per_sample(values, tiff_tag::kBitsPerSample, layout.samples, 1);
  layout.sample_format = per_sample(values, tiff_tag::kSampleFormat, layout.samples, 1);
  layout.compression = single(values, tiff_tag::kCompression, 1);
  layout.predictor = single(values, tiff_tag::kPredictor, 1);
  layout.orientation = single(values, tiff_tag::kOrientation, 1);
  layout.refusal = why_unreadable(values, layout);
  if (!layout.refusal.empty()) return layout;
  read_geometry(values, layout);
  check_budget(layout, options);
  return layout;
}

}  // namespace parfocal::formats
