// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/png_reader.h"

#include <fmt/format.h>
#include <png.h>

#include <array>
#include <csetjmp>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "core/check.h"
#include "core/error.h"
#include "datasets/formats/input_file.h"

namespace parfocal::formats {
namespace {

constexpr std::uint64_t kSignatureBytes = 8;
constexpr std::uint64_t kDeflateExpansion = 1032;

std::uint64_t number_at(std::span<const std::byte> bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = (value << 8) | std::to_integer<std::uint64_t>(bytes[offset + i]);
  }
  return value;
}

/// What the chunks say, read without decoding.
struct PngOutline {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  std::uint64_t bits = 0;
  std::uint64_t samples = 0;
  std::uint64_t stored_bytes = 0;
  std::vector<std::string> warnings;
};

void take_header(const InputFile& file, std::span<const std::byte> body, PngOutline& out) {
  constexpr std::array<std::string_view, 7> kColours = {
      "grey", "", "RGB", "palette", "grey with alpha", "", "RGB with alpha"};
  out.width = number_at(body, 0);
  out.height = number_at(body, 4);
  out.bits = std::to_integer<std::uint64_t>(body[8]);
  const auto colour = std::to_integer<std::size_t>(body[9]);
  if (out.width == 0 || out.height == 0 || out.width > INT32_MAX || out.height > INT32_MAX) {
    refuse(file.path(), fmt::format("byte 16: the image size is {} x {} (height x width)",
                                    out.height, out.width));
  }
  if (colour != 0 && colour != 2) {
    refuse(file.path(),
           fmt::format("byte 25: colour type {} ({}) is not read (grey and RGB are); convert the "
                       "file",
                       colour, colour < kColours.size() ? kColours[colour] : "undefined"));
  }
  if (out.bits != 8 && out.bits != 16) {
    refuse(file.path(),
           fmt::format("byte 24: {} bits per sample are not read (8 and 16 are)", out.bits));
  }
  out.samples = colour == 2 ? 3 : 1;
}

PngOutline read_outline(const InputFile& file) {
  PngOutline out;
  std::uint64_t at = kSignatureBytes;
  for (bool ended = false; !ended;) {
    std::array<std::byte, 8> head = {};
    file.read_at(at, head);
    const std::uint64_t length = number_at(head, 0);
    const std::string type(reinterpret_cast<const char*>(head.data()) + 4, 4);
    if (!file.holds(at + 8, length + 4)) {
      refuse(file.path(), fmt::format("byte {}: a chunk of {} bytes, but the file ends at byte {}",
                                      at, length, file.size()));
    }
    if ((at == kSignatureBytes) != (type == "IHDR") || (type == "IHDR" && length != 13)) {
      refuse(file.path(), fmt::format("byte {}: the header chunk is misplaced", at));
    }
    if (type == "IHDR") {
      std::array<std::byte, 13> body = {};
      file.read_at(at + 8, body);
      take_header(file, body, out);
    }
    if (type == "acTL") refuse(file.path(), fmt::format("byte {}: animations are not read", at));
    for (const std::string_view ignored : {"gAMA", "iCCP", "sRGB", "cHRM", "tRNS"}) {
      if (type == ignored) out.warnings.push_back(fmt::format("PNG chunk {} is ignored", type));
    }
    if (type == "IDAT") out.stored_bytes += length;
    ended = type == "IEND";
    at += 12 + length;
  }
  return out;
}

/// The position in the file and what libpng says.
struct ReadState {
  const InputFile* file;
  std::uint64_t at = 0;
  std::string error;
  std::vector<std::string> warnings;
};

void take_error(png_structp png, png_const_charp text) {
  static_cast<ReadState*>(png_get_error_ptr(png))->error = text;
  png_longjmp(png, 1);
}

void take_warning(png_structp png, png_const_charp text) {
  static_cast<ReadState*>(png_get_error_ptr(png))->warnings.emplace_back(text);
}

bool fetch(ReadState& state, png_bytep out, std::size_t length) {
  try {
    state.file->read_at(state.at, std::as_writable_bytes(std::span(out, length)));
  } catch (const Error& error) {
    state.error = error.what();
    return false;
  }
  state.at += length;
  return true;
}

void read_bytes(png_structp png, png_bytep out, std::size_t length) {
  auto& state = *static_cast<ReadState*>(png_get_io_ptr(png));
  if (!fetch(state, out, length)) png_error(png, "the file cannot be read");
}

/// Between setjmp and longjmp lives nothing that has a destructor.
bool decode_rows(png_structp png, png_infop info, png_bytepp rows) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_user_limits(png, INT32_MAX, INT32_MAX);
  png_set_chunk_malloc_max(png, 8'000'000);
  png_set_chunk_cache_max(png, 1000);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, 0);
  png_read_info(png, info);
  if (png_get_bit_depth(png, info) == 16) png_set_swap(png);
  png_read_image(png, rows);
  png_read_end(png, nullptr);
  return true;
}

class PngStackReader : public StackReader {
 public:
  PngStackReader(const std::filesystem::path& path, const ReadOptions& options)
      : file_(path), outline_(read_outline(file_)) {
    std::uint64_t pixels = outline_.width * outline_.height;
    frame_bytes_ = pixels * outline_.samples * (outline_.bits / 8);
    const std::uint64_t limit = std::min(options.max_frame_bytes, options.max_bytes);
    if (pixels > limit || frame_bytes_ > limit) {
      refuse(path, fmt::format("byte 16: a frame of {} x {} x {} samples exceeds the limit of {} "
                               "bytes",
                               outline_.height, outline_.width, outline_.samples, limit));
    }
    if (frame_bytes_ / kDeflateExpansion > outline_.stored_bytes) {
      refuse(path, fmt::format("byte 16: {} bytes are claimed from {} stored, more than Deflate "
                               "can give",
                               frame_bytes_, outline_.stored_bytes));
    }
    info_.n_frames = info_.n_frames_expected = info_.n_frames_found = 1;
    info_.n_y = static_cast<std::int64_t>(outline_.height);
    info_.n_x = static_cast<std::int64_t>(outline_.width);
    info_.n_samples = static_cast<std::int64_t>(outline_.samples);
    info_.type = outline_.bits == 8 ? SampleType::kUInt8 : SampleType::kUInt16;
    info_.format = "png";
    info_.warnings = outline_.warnings;
  }

  const StackInfo& info() const override { return info_; }

  Array read_frame(std::int64_t frame) override {
    PARFOCAL_CHECK(frame == 0);
    Array out{info_.type, {info_.n_y, info_.n_x}, std::vector<std::byte>(frame_bytes_)};
    if (info_.n_samples > 1) out.shape.push_back(info_.n_samples);
    std::vector<png_bytep> rows(outline_.height);
    const std::uint64_t row_bytes = frame_bytes_ / outline_.height;
    for (std::size_t y = 0; y < rows.size(); ++y) {
      rows[y] = reinterpret_cast<png_bytep>(out.bytes.data() + y * row_bytes);
    }
    ReadState state{&file_, 0, {}, {}};
    png_structp png =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, &state, take_error, take_warning);
    if (png == nullptr) throw MemoryError("libpng: no memory for a reader");
    png_infop info = png_create_info_struct(png);
    png_set_read_fn(png, &state, read_bytes);
    const bool good = info != nullptr && decode_rows(png, info, rows.data());
    png_destroy_read_struct(&png, &info, nullptr);
    if (!good) refuse(file_.path(), fmt::format("byte {}: libpng: {}", state.at, state.error));
    for (const std::string& text : state.warnings) info_.warnings.push_back("libpng: " + text);
    return out;
  }

 private:
  InputFile file_;
  PngOutline outline_;
  StackInfo info_;
  std::uint64_t frame_bytes_ = 0;
};

}  // namespace

std::unique_ptr<StackReader> open_png(const std::filesystem::path& path,
                                      const ReadOptions& options) {
  return std::make_unique<PngStackReader>(path, options);
}

}  // namespace parfocal::formats
