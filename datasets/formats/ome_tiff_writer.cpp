// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/ome_tiff_writer.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/check.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "datasets/formats/stack_reader.h"
#include "datasets/formats/tiff_layout.h"
#include "datasets/formats/xml_scan.h"

namespace parfocal::formats {
namespace {

constexpr std::uint64_t kBigTiffFrom = std::uint64_t{2} << 30;
constexpr std::uint64_t kMaxStripBytes = std::uint64_t{1} << 20;

struct Sizes {
  std::uint64_t n_t = 1;
  std::uint64_t n_channels = 1;
  std::uint64_t n_z = 1;
  std::uint64_t n_y = 0;
  std::uint64_t n_x = 0;
  [[nodiscard]] std::uint64_t n_planes() const { return n_t * n_channels * n_z; }
  [[nodiscard]] std::uint64_t row_bytes() const { return n_x * sizeof(float); }
  [[nodiscard]] std::uint64_t plane_bytes() const { return n_y * row_bytes(); }
};

Sizes sizes_of(const Array& planes, const OmeMetadata& metadata) {
  PARFOCAL_CHECK(planes.type == SampleType::kFloat32);
  const std::size_t rank = planes.shape.size();
  PARFOCAL_CHECK(rank >= std::size_t{2});
  PARFOCAL_CHECK(rank <= std::size_t{5});
  PARFOCAL_CHECK(static_cast<std::size_t>(number_of_samples(planes.shape)) * sizeof(float) ==
                 planes.bytes.size());
  PARFOCAL_CHECK(!planes.bytes.empty());
  const auto size = [&planes](std::size_t axis) {
    return static_cast<std::uint64_t>(planes.shape[axis]);
  };
  Sizes sizes;
  sizes.n_x = size(rank - 1);
  sizes.n_y = size(rank - 2);
  if (rank >= 4) sizes.n_z = size(rank - 3);
  if (rank >= 3) sizes.n_channels = size(rank == 3 ? 0 : rank - 4);
  if (rank == 5) sizes.n_t = size(0);
  PARFOCAL_CHECK(std::max(sizes.n_x, sizes.n_y) <= std::uint64_t{INT32_MAX});
  if (!metadata.channel_names.empty()) {
    PARFOCAL_CHECK(metadata.channel_names.size() == sizes.n_channels);
  }
  return sizes;
}

// --- OME-XML ------------------------------------------------------------------------------------

std::string xml_text(std::string_view text, std::string_view what) {
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 && c != '\t' && c != '\n' && c != '\r') {
      throw UsageError(
          fmt::format("OME-TIFF: {} holds the control character {}, which XML cannot "
                      "store",
                      what, code));
    }
  }
  return escape_xml(text);
}

std::string physical_size(std::string_view axis, const std::optional<double>& pitch_m) {
  if (!pitch_m) return {};
  PARFOCAL_CHECK(std::isfinite(*pitch_m));
  PARFOCAL_CHECK(*pitch_m > 0);
  return fmt::format(R"( PhysicalSize{}="{:.12g}" PhysicalSize{}Unit="µm")", axis, *pitch_m * 1e6,
                     axis);
}

std::string ome_xml(const Sizes& sizes, const OmeMetadata& metadata) {
  std::string xml = R"(<?xml version="1.0" encoding="UTF-8"?>)";
  xml += R"(<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" Creator="Parfocal")";
  if (!metadata.uuid.empty()) xml += fmt::format(R"( UUID="{}")", xml_text(metadata.uuid, "uuid"));
  xml += R"(><Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="float" )";
  xml += fmt::format(R"(BigEndian="false" SizeX="{}" SizeY="{}" SizeZ="{}" SizeC="{}" SizeT="{}")",
                     sizes.n_x, sizes.n_y, sizes.n_z, sizes.n_channels, sizes.n_t);
  xml += physical_size("X", metadata.pitch_x_m);
  xml += physical_size("Y", metadata.pitch_y_m);
  xml += physical_size("Z", metadata.pitch_z_m) + ">";
  for (std::size_t c = 0; c < sizes.n_channels; ++c) {
    const bool named = !metadata.channel_names.empty() && !metadata.channel_names[c].empty();
    const std::string name =
        named ? fmt::format(R"( Name="{}")", xml_text(metadata.channel_names[c], "channel name"))
              : "";
    xml += fmt::format(R"(<Channel ID="Channel:0:{}"{} SamplesPerPixel="1"/>)", c, name);
  }
  xml += fmt::format(R"(<TiffData IFD="0" PlaneCount="{}"/></Pixels>)", sizes.n_planes());
  if (!metadata.provenance_json.empty()) xml += R"(<AnnotationRef ID="Annotation:0"/>)";
  xml += "</Image>";
  if (!metadata.provenance_json.empty()) {
    xml += R"(<StructuredAnnotations><CommentAnnotation ID="Annotation:0" )";
    xml += R"(Namespace="parfocal/provenance"><Value>)";
    xml += xml_text(metadata.provenance_json, "provenance");
    xml += "</Value></CommentAnnotation></StructuredAnnotations>";
  }
  return xml + "</OME>";
}

// --- TIFF ---------------------------------------------------------------------------------------

void append_number(std::string& out, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFF);
}

/// One directory with its tag values, to be placed at a known byte of the file.
///
/// Layout: entries in ascending order of tags, then the link, then the values that do not fit.
class Directory {
 public:
  explicit Directory(bool big) : big_(big) {}

  void add_short(std::uint16_t tag, std::uint64_t value) { add(tag, 3, 2, {value}); }
  void add_long(std::uint16_t tag, std::uint64_t value) { add(tag, 4, 4, {value}); }
  void add_offsets(std::uint16_t tag, const std::vector<std::uint64_t>& values) {
    add(tag, big_ ? 16 : 4, big_ ? 8 : 4, values);
  }
  void add_text(std::uint16_t tag, const std::string& text) {
    entries_.push_back({tag, 2, text.size() + 1, text + '\0'});
  }
  void add_ratio(std::uint16_t tag, double value) {
    std::uint64_t below = 1'000'000'000;
    while (value * static_cast<double>(below) > 4e9 && below > 1) below /= 10;
    const double above = std::clamp(std::round(value * static_cast<double>(below)), 1.0, 4e9);
    std::string bytes;
    append_number(bytes, static_cast<std::uint64_t>(above), 4);
    append_number(bytes, below, 4);
    entries_.push_back({tag, 5, 1, bytes});
  }

  [[nodiscard]] std::uint64_t size() const { return encode(0, 0).size(); }

  /// \param next byte offset of the next directory, 0 for the last one.
  [[nodiscard]] std::string encode(std::uint64_t offset, std::uint64_t next) const {
    const std::size_t link = big_ ? 8 : 4;
    std::string head;
    append_number(head, entries_.size(), big_ ? 8 : 2);
    std::string values;
    const std::uint64_t values_at = offset + head.size() + entries_.size() * (4 + 2 * link) + link;
    for (const Entry& entry : entries_) {
      append_number(head, entry.tag, 2);
      append_number(head, entry.type, 2);
      append_number(head, entry.count, link);
      if (entry.bytes.size() <= link) {
        head += entry.bytes;
        head.append(link - entry.bytes.size(), '\0');
        continue;
      }
      append_number(head, values_at + values.size(), link);
      values += entry.bytes;
      if (values.size() % 2 == 1) values += '\0';
    }
    append_number(head, next, link);
    return head + values;
  }

 private:
  struct Entry {
    std::uint16_t tag;
    std::uint16_t type;
    std::uint64_t count;
    std::string bytes;
  };

  void add(std::uint16_t tag, std::uint16_t type, std::size_t width,
           const std::vector<std::uint64_t>& values) {
    Entry entry{tag, type, values.size(), {}};
    for (const std::uint64_t value : values) append_number(entry.bytes, value, width);
    entries_.push_back(std::move(entry));
  }

  bool big_;
  std::vector<Entry> entries_;
};

/// The pages one after another: directory, values, strips.
class OmeTiffWriter {
 public:
  OmeTiffWriter(const Sizes& sizes, const OmeMetadata& metadata)
      : sizes_(sizes), metadata_(metadata), xml_(ome_xml(sizes, metadata)) {
    rows_per_strip_ = std::clamp<std::uint64_t>(kMaxStripBytes / sizes.row_bytes(), 1, sizes.n_y);
    n_strips_ = (sizes.n_y + rows_per_strip_ - 1) / rows_per_strip_;
    big_ = metadata.big_tiff;
    big_ = big_ || page_bytes(0) + page_bytes(1) * (sizes.n_planes() - 1) > kBigTiffFrom;
  }

  /// Each plane in its turn, the first one with the header.
  void write_plane(AtomicFile& file, std::span<const std::byte> values) {
    if (plane_ == 0) {
      file.write(header());
      at_ = header().size();
    }
    const std::uint64_t next = at_ + page_bytes(plane_);
    const bool last = plane_ + 1 == sizes_.n_planes();
    file.write(directory(plane_, at_).encode(at_, last ? 0 : next));
    file.write(values);
    at_ = next;
    ++plane_;
  }
  [[nodiscard]] std::uint64_t planes_written() const { return plane_; }

 private:
  std::string header() const {
    std::string out = big_ ? std::string("II+\0\x08\0\0\0", 8) : std::string("II*\0", 4);
    append_number(out, big_ ? 16 : 8, big_ ? 8 : 4);
    return out;
  }

  std::uint64_t page_bytes(std::uint64_t plane) const {
    return directory(plane, 0).size() + sizes_.plane_bytes();
  }

  Directory directory(std::uint64_t plane, std::uint64_t at) const {
    const Directory draft = fill(plane, 0);
    return fill(plane, at + draft.size());
  }

  Directory fill(std::uint64_t plane, std::uint64_t data_offset) const {
    std::vector<std::uint64_t> offsets;
    std::vector<std::uint64_t> counts;
    for (std::uint64_t strip = 0; strip < n_strips_; ++strip) {
      const std::uint64_t row = strip * rows_per_strip_;
      offsets.push_back(data_offset + row * sizes_.row_bytes());
      counts.push_back(std::min(rows_per_strip_, sizes_.n_y - row) * sizes_.row_bytes());
    }
    Directory out(big_);
    out.add_long(tiff_tag::kImageWidth, sizes_.n_x);
    out.add_long(tiff_tag::kImageLength, sizes_.n_y);
    out.add_short(tiff_tag::kBitsPerSample, 32);
    out.add_short(tiff_tag::kCompression, 1);
    out.add_short(tiff_tag::kPhotometric, 1);
    if (plane == 0) out.add_text(tiff_tag::kImageDescription, xml_);
    out.add_offsets(tiff_tag::kStripOffsets, offsets);
    out.add_short(tiff_tag::kSamplesPerPixel, 1);
    out.add_long(tiff_tag::kRowsPerStrip, rows_per_strip_);
    out.add_offsets(tiff_tag::kStripByteCounts, counts);
    const bool calibrated = metadata_.pitch_x_m && metadata_.pitch_y_m;
    if (calibrated) {
      out.add_ratio(tiff_tag::kXResolution, 0.01 / *metadata_.pitch_x_m);
      out.add_ratio(tiff_tag::kYResolution, 0.01 / *metadata_.pitch_y_m);
    }
    out.add_short(tiff_tag::kPlanarConfiguration, 1);
    if (calibrated) out.add_short(tiff_tag::kResolutionUnit, 3);
    out.add_text(tiff_tag::kSoftware, "Parfocal");
    out.add_short(tiff_tag::kSampleFormat, 3);
    return out;
  }

  Sizes sizes_;
  OmeMetadata metadata_;
  std::string xml_;
  std::uint64_t plane_ = 0, at_ = 0;
  std::uint64_t rows_per_strip_ = 1;
  std::uint64_t n_strips_ = 1;
  bool big_ = false;
};

std::span<const std::byte> plane_of(const Array& planes, const Sizes& sizes, std::uint64_t plane) {
  return std::span<const std::byte>(planes.bytes)
      .subspan(plane * sizes.plane_bytes(), sizes.plane_bytes());
}

/// Reads every plane back; `is_plane` knows what was written.
template <class IsPlane>
void compare_with_file(const std::filesystem::path& written, const std::filesystem::path& path,
                       const Sizes& sizes, IsPlane is_plane) {
  ReadOptions unlimited;
  unlimited.max_frame_bytes = std::max(unlimited.max_frame_bytes, sizes.plane_bytes());
  unlimited.max_pages = std::max(unlimited.max_pages, static_cast<std::int64_t>(sizes.n_planes()));
  const auto stack = open_stack(written, unlimited);
  bool equal = stack->info().n_frames == static_cast<std::int64_t>(sizes.n_planes());
  for (std::uint64_t plane = 0; equal && plane < sizes.n_planes(); ++plane) {
    const Array back = stack->read_frame(static_cast<std::int64_t>(plane));
    equal = back.bytes.size() == sizes.plane_bytes() && is_plane(plane, back.bytes);
  }
  if (!equal) {
    throw FileError(path.string() +
                    ": the pages read back differ from what was written; the disk "
                    "or the file system is not reliable");
  }
}

std::uint32_t check_sum(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

void write_ome_tiff(const std::filesystem::path& path, const Array& planes,
                    const OmeMetadata& metadata) {
  const Sizes sizes = sizes_of(planes, metadata);
  AtomicFile file(path);
  OmeTiffWriter writer(sizes, metadata);
  for (std::uint64_t plane = 0; plane < sizes.n_planes(); ++plane) {
    writer.write_plane(file, plane_of(planes, sizes, plane));
  }
  compare_with_file(file.temporary_path(), path, sizes,
                    [&](std::uint64_t plane, const std::vector<std::byte>& back) {
                      return std::ranges::equal(back, plane_of(planes, sizes, plane));
                    });
  file.commit();
}

struct OmeTiffMovie::State {
  State(const std::filesystem::path& final_path, const Sizes& movie, const OmeMetadata& metadata)
      : path(final_path), sizes(movie), file(final_path), writer(movie, metadata) {}

  std::filesystem::path path;
  Sizes sizes;
  AtomicFile file;
  OmeTiffWriter writer;
  std::vector<std::uint32_t> check_sums;
};

OmeTiffMovie::OmeTiffMovie(const std::filesystem::path& path, std::int64_t frames, std::int64_t n_y,
                           std::int64_t n_x, const OmeMetadata& metadata) {
  PARFOCAL_CHECK(std::min({frames, n_y, n_x}) >= 1);
  Sizes sizes;
  sizes.n_t = static_cast<std::uint64_t>(frames);
  sizes.n_y = static_cast<std::uint64_t>(n_y);
  sizes.n_x = static_cast<std::uint64_t>(n_x);
  state_ = std::make_unique<State>(path, sizes, metadata);
}

OmeTiffMovie::~OmeTiffMovie() = default;

void OmeTiffMovie::add(std::span<const std::byte> frame) {
  PARFOCAL_CHECK(frame.size() == state_->sizes.plane_bytes());
  PARFOCAL_CHECK(state_->writer.planes_written() < state_->sizes.n_planes());
  state_->check_sums.push_back(check_sum(frame));
  state_->writer.write_plane(state_->file, frame);
}

void OmeTiffMovie::commit() {
  PARFOCAL_CHECK(state_->writer.planes_written() == state_->sizes.n_planes());
  compare_with_file(state_->file.temporary_path(), state_->path, state_->sizes,
                    [this](std::uint64_t frame, const std::vector<std::byte>& back) {
                      return check_sum(back) == state_->check_sums[frame];
                    });
  state_->file.commit();
}

}  // namespace parfocal::formats
