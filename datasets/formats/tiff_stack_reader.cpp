// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/tiff_stack_reader.h"

#include <fmt/format.h>
#include <tiffio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/check.h"
#include "datasets/formats/tiff_frames.h"

namespace parfocal::formats {
namespace {

/// What libtiff says about one handle.
struct Messages {
  std::vector<std::string> serious;
  std::vector<std::string> harmless;
};

std::string formatted(const char* module, const char* format, std::va_list arguments) {
  std::array<char, 1024> text = {};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  return module == nullptr ? text.data() : fmt::format("{}: {}", module, text.data());
}

int take_error(TIFF*, void* user, const char* module, const char* format, std::va_list arguments) {
  static_cast<Messages*>(user)->serious.push_back(formatted(module, format, arguments));
  return 1;
}

int take_warning(TIFF*, void* user, const char* module, const char* format,
                 std::va_list arguments) {
  auto* messages = static_cast<Messages*>(user);
  std::string text = formatted(module, format, arguments);
  const bool harmless = text.find("Unknown field with tag") != std::string::npos ||
                        text.find("does not end in null byte") != std::string::npos;
  (harmless ? messages->harmless : messages->serious).push_back(std::move(text));
  return 1;
}

/// An open libtiff handle on a file, with its own message handlers.
class Decoder {
 public:
  Decoder(const InputFile& file, const ReadOptions& options) {
    TIFFOpenOptions* open_options = TIFFOpenOptionsAlloc();
    TIFFOpenOptionsSetErrorHandlerExtR(open_options, take_error, &messages_);
    TIFFOpenOptionsSetWarningHandlerExtR(open_options, take_warning, &messages_);
    const std::uint64_t largest = std::max(options.max_frame_bytes, file.size());
    TIFFOpenOptionsSetMaxSingleMemAlloc(open_options, static_cast<tmsize_t>(largest));
    const int descriptor = ::dup(file.descriptor());
    // r read, h no directory yet, m no memory map (the file may shrink), c strips as stored.
    if (descriptor >= 0) {
      handle_ = TIFFFdOpenExt(descriptor, file.path().c_str(), "rhmc", open_options);
      if (handle_ == nullptr) ::close(descriptor);
    }
    TIFFOpenOptionsFree(open_options);
  }
  ~Decoder() {
    if (handle_ != nullptr) TIFFClose(handle_);
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  [[nodiscard]] TIFF* handle() const { return handle_; }
  [[nodiscard]] Messages& messages() { return messages_; }
  [[nodiscard]] std::string said() const {
    return messages_.serious.empty() ? "no reason given" : messages_.serious.front();
  }

 private:
  TIFF* handle_ = nullptr;
  Messages messages_;
};

/// The layout as libtiff reads it from the same directory.
TiffLayout layout_seen_by(TIFF* tiff) {
  const auto number32 = [tiff](ttag_t tag) {
    std::uint32_t value = 0;
    TIFFGetFieldDefaulted(tiff, tag, &value);
    return value;
  };
  const auto number16 = [tiff](ttag_t tag) {
    std::uint16_t value = 0;
    TIFFGetFieldDefaulted(tiff, tag, &value);
    return value;
  };
  TiffLayout seen;
  seen.width = number32(TIFFTAG_IMAGEWIDTH);
  seen.height = number32(TIFFTAG_IMAGELENGTH);
  seen.samples = number16(TIFFTAG_SAMPLESPERPIXEL);
  seen.bits = number16(TIFFTAG_BITSPERSAMPLE);
  seen.sample_format = number16(TIFFTAG_SAMPLEFORMAT);
  seen.compression = number16(TIFFTAG_COMPRESSION);
  seen.planar = seen.samples > 1 && number16(TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
  seen.tiled = TIFFIsTiled(tiff) != 0;
  seen.segment_width = seen.tiled ? number32(TIFFTAG_TILEWIDTH) : seen.width;
  seen.segment_height = seen.tiled
                            ? number32(TIFFTAG_TILELENGTH)
                            : std::min<std::uint64_t>(number32(TIFFTAG_ROWSPERSTRIP), seen.height);
  seen.n_segments = seen.tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
  return seen;
}

class TiffStackReader : public StackReader {
 public:
  TiffStackReader(const std::filesystem::path& path, const ReadOptions& options)
      : path_(path), options_(options), plan_(plan_frames(path, options)) {}

  const StackInfo& info() const override { return plan_.info; }

  Array read_frame(std::int64_t frame) override {
    PARFOCAL_CHECK(frame >= 0);
    PARFOCAL_CHECK(frame < plan_.info.n_frames);
    frame_ = frame;
    source_ = plan_.frames[static_cast<std::size_t>(frame)];
    Array out;
    out.type = plan_.info.type;
    out.shape = {plan_.info.n_y, plan_.info.n_x};
    if (plan_.info.n_samples > 1) out.shape.push_back(plan_.info.n_samples);
    out.bytes.resize(layout().bytes_per_frame());
    if (plan_.contiguous) {
      copy_plane(out);
    } else {
      decode(out);
    }
    return out;
  }

 private:
  const TiffFile& file() const { return plan_.files[source_.file]; }
  const TiffPage& page() const {
    return file().structure.pages[plan_.contiguous ? 0 : static_cast<std::size_t>(source_.page)];
  }
  const TiffLayout& layout() const { return file().structure.layouts[page().layout]; }

  [[noreturn]] void fail(const std::string& reason) const {
    refuse(file().file.path(), fmt::format("frame {} (page {}, byte {}): {}", frame_, source_.page,
                                           page().directory_offset, reason));
  }

  void copy_plane(Array& out) const {
    const std::uint64_t begin =
        page().data_offset + out.bytes.size() * static_cast<std::uint64_t>(source_.page);
    file().file.read_at(begin, out.bytes);
    const std::size_t width = bytes_per_sample(out.type);
    if (file().structure.big_endian) {
      reverse_bytes(out.bytes.data(), out.bytes.size() / width, width);
    }
  }

  void decode(Array& out) {
    open_page();
    const TiffLayout& shape = layout();
    segment_.resize(shape.bytes_of_segment(0));
    for (std::uint64_t i = 0; i < shape.n_segments; ++i) {
      const std::uint64_t bytes = shape.bytes_of_segment(i);
      const auto index = static_cast<std::uint32_t>(i);
      const auto size = static_cast<tmsize_t>(bytes);
      const tmsize_t got =
          shape.tiled ? TIFFReadEncodedTile(decoder_->handle(), index, segment_.data(), size)
                      : TIFFReadEncodedStrip(decoder_->handle(), index, segment_.data(), size);
      refuse_messages(fmt::format("{} {}", shape.tiled ? "tile" : "strip", i));
      if (got != size) {
        fail(fmt::format("{} {} decodes to {} bytes, expected {}", shape.tiled ? "tile" : "strip",
                         i, got, bytes));
      }
      place_segment(i, out);
    }
  }

  void open_page() {
    if (!decoder_ || decoder_file_ != source_.file) {
      decoder_.reset();
      decoder_ = std::make_unique<Decoder>(file().file, options_);
      decoder_file_ = source_.file;
      if (decoder_->handle() == nullptr) fail("libtiff: " + decoder_->said());
    }
    decoder_->messages() = {};
    if (TIFFSetSubDirectory(decoder_->handle(), page().directory_offset) == 0) {
      fail("libtiff: " + decoder_->said());
    }
    list_harmless();
    refuse_messages("directory");
    TiffLayout seen = layout_seen_by(decoder_->handle());
    seen.predictor = layout().predictor;  // checked by the codec itself
    seen.orientation = layout().orientation;
    if (seen != layout()) fail("the decoder reads another layout from this directory");
  }

  void list_harmless() {
    for (const std::string& text : decoder_->messages().harmless) {
      const std::string warning = "libtiff: " + text;
      std::vector<std::string>& known = plan_.info.warnings;
      if (known.size() < 1000 && std::find(known.begin(), known.end(), warning) == known.end()) {
        known.push_back(warning);
      }
    }
  }

  void refuse_messages(const std::string& what) const {
    if (!decoder_->messages().serious.empty()) {
      fail(fmt::format("{}: libtiff: {}", what, decoder_->said()));
    }
  }

  /// Copies the decoded strip or tile to its place, without the padding of border tiles.
  void place_segment(std::uint64_t segment, Array& out) const {
    const TiffLayout& shape = layout();
    const std::uint64_t sample_bytes = shape.bits / 8;
    const std::uint64_t across = (shape.width + shape.segment_width - 1) / shape.segment_width;
    const std::uint64_t down = (shape.height + shape.segment_height - 1) / shape.segment_height;
    const std::uint64_t plane = segment / (across * down);
    const std::uint64_t y0 = segment / across % down * shape.segment_height;
    const std::uint64_t x0 = segment % across * shape.segment_width;
    const std::uint64_t rows = std::min(shape.segment_height, shape.height - y0);
    const std::uint64_t columns = std::min(shape.segment_width, shape.width - x0);
    const std::uint64_t inside = shape.samples_per_segment();
    for (std::uint64_t row = 0; row < rows; ++row) {
      const std::byte* from = segment_.data() + row * shape.segment_width * inside * sample_bytes;
      std::byte* to =
          out.bytes.data() + ((y0 + row) * shape.width + x0) * shape.samples * sample_bytes;
      if (inside == shape.samples) {
        std::memcpy(to, from, columns * inside * sample_bytes);
        continue;
      }
      for (std::uint64_t x = 0; x < columns; ++x) {
        std::memcpy(to + (x * shape.samples + plane) * sample_bytes, from + x * sample_bytes,
                    sample_bytes);
      }
    }
  }

  const std::filesystem::path path_;
  const ReadOptions options_;
  TiffFramePlan plan_;
  std::unique_ptr<Decoder> decoder_;
  std::uint32_t decoder_file_ = 0;
  std::int64_t frame_ = 0;
  TiffFrame source_;
  std::vector<std::byte> segment_;
};

}  // namespace

std::unique_ptr<StackReader> open_tiff(const std::filesystem::path& path,
                                       const ReadOptions& options) {
  return std::make_unique<TiffStackReader>(path, options);
}

}  // namespace parfocal::formats
