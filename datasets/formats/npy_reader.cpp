// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/npy_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <utility>

#include "core/check.h"
#include "datasets/formats/input_file.h"

namespace parfocal::formats {
namespace {

constexpr std::uint64_t kMaxHeaderBytes = 65'536;
constexpr std::size_t kMaxRank = 32;

constexpr std::pair<std::string_view, SampleType> kTypes[] = {
    {"b1", SampleType::kBool},      {"u1", SampleType::kUInt8},      {"u2", SampleType::kUInt16},
    {"u4", SampleType::kUInt32},    {"u8", SampleType::kUInt64},     {"i1", SampleType::kInt8},
    {"i2", SampleType::kInt16},     {"i4", SampleType::kInt32},      {"i8", SampleType::kInt64},
    {"f2", SampleType::kFloat16},   {"f4", SampleType::kFloat32},    {"f8", SampleType::kFloat64},
    {"c8", SampleType::kComplex64}, {"c16", SampleType::kComplex128}};

/// Reads the five kinds of token of the header: punctuation, string, True/False, number, blank.
class HeaderScanner {
 public:
  explicit HeaderScanner(std::string_view text) : text_(text) {}

  NpyHeader scan() {
    expect('{');
    while (!take('}')) {
      const std::string key = read_string();
      expect(':');
      read_value(key);
      if (take(',')) continue;
      expect('}');
      break;
    }
    skip_blanks();
    if (at_ != text_.size()) fail("text after the closing brace");
    if (!descr_ || !order_ || !shape_) fail("descr, fortran_order and shape must all be given");
    return std::move(header_);
  }

 private:
  [[noreturn]] void fail(const std::string& rule) const {
    throw std::invalid_argument(fmt::format("header byte {}: {}", at_, rule));
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }

  bool take(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!take(c)) fail(fmt::format("\"{}\" is expected", c));
  }

  std::string read_string() {
    skip_blanks();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') fail("a quoted text is expected");
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail("the quote is not closed");
    std::string inside(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return inside;
  }

  bool read_bool() {
    skip_blanks();
    for (const std::string_view word : {"True", "False"}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return word == "True";
    }
    fail("True or False is expected");
  }

  std::int64_t read_size() {
    skip_blanks();
    std::int64_t value = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc{} || value < 0) fail("a size >= 0 is expected");
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }

  void read_value(const std::string& key) {
    bool& seen = key == "descr" ? descr_ : key == "shape" ? shape_ : order_;
    if (key != "descr" && key != "shape" && key != "fortran_order") {
      fail(fmt::format("the key \"{}\" is unknown", key));
    }
    if (seen) fail(fmt::format("the key \"{}\" is given twice", key));
    seen = true;
    if (key == "descr") take_type();
    if (key == "shape") take_shape();
    if (key == "fortran_order") header_.fortran_order = read_bool();
  }

  void take_type() {
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '[') fail("records with several fields are not read");
    const std::string descr = read_string();
    const char order = descr.empty() ? '\0' : descr.front();
    const std::string_view name = std::string_view(descr).substr(descr.empty() ? 0 : 1);
    for (const auto& [known, type] : kTypes) {
      if (known != name || std::string_view("<>=|").find(order) == std::string_view::npos) continue;
      header_.type = type;
      header_.big_endian = order == '>';
      return;
    }
    fail(fmt::format("the type \"{}\" is not read (bool, integers, f2 f4 f8, c8 c16 are)", descr));
  }

  void take_shape() {
    expect('(');
    while (!take(')')) {
      header_.shape.push_back(read_size());
      if (header_.shape.size() > kMaxRank) fail("more than 32 axes");
      if (take(',')) continue;
      expect(')');
      break;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  NpyHeader header_;
  bool descr_ = false;
  bool order_ = false;
  bool shape_ = false;
};

/// An open `.npy` file whose size agrees with its header.
struct NpyFile {
  InputFile file;
  NpyHeader header;
  std::uint64_t data_offset = 0;
  std::uint64_t data_bytes = 0;
};

std::uint64_t little_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  }
  return value;
}

std::uint64_t data_bytes_of(const InputFile& file, const NpyHeader& header) {
  std::uint64_t bytes = bytes_per_sample(header.type);
  for (const std::int64_t size : header.shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) {
      refuse(file.path(),
             fmt::format("the shape {} overflows 64 bits", describe_shape(header.shape)));
    }
  }
  return bytes;
}

NpyFile open_npy_file(const std::filesystem::path& path) {
  InputFile file(path);
  std::array<std::byte, 12> head = {};
  const std::size_t available = std::min<std::uint64_t>(file.size(), head.size());
  file.read_at(0, std::span(head).first(available));
  if (available < 10) refuse(path, "byte 0: the file is too short to be NPY");
  if (std::memcmp(head.data(), "\x93NUMPY", 6) != 0) refuse(path, "byte 0: not an NPY file");
  const auto major = std::to_integer<int>(head[6]);
  if (major < 1 || major > 3) refuse(path, fmt::format("byte 6: NPY version {} is unknown", major));
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  if (available < 8 + length_bytes) refuse(path, "byte 8: the NPY header is cut off");
  const std::uint64_t length = little_endian(std::span(head).subspan(8, length_bytes));
  if (length > kMaxHeaderBytes) {
    refuse(path,
           fmt::format("byte 8: a header of {} bytes, the limit is {}", length, kMaxHeaderBytes));
  }
  std::vector<std::byte> text(length);
  file.read_at(8 + length_bytes, text);
  NpyHeader header;
  try {
    header = parse_npy_header({reinterpret_cast<const char*>(text.data()), text.size()});
  } catch (const std::invalid_argument& error) {
    refuse(path, error.what());
  }
  const std::uint64_t offset = 8 + length_bytes + length;
  const std::uint64_t bytes = data_bytes_of(file, header);
  if (file.size() - offset != bytes) {
    refuse(path, fmt::format("byte {}: {} of {} takes {} bytes, but the file holds {}", offset,
                             describe_shape(header.shape), name_of(header.type), bytes,
                             file.size() - offset));
  }
  return {std::move(file), std::move(header), offset, bytes};
}

/// Complex numbers are two numbers each for the byte order.
void to_host_order(const NpyHeader& header, std::vector<std::byte>& bytes) {
  if (!header.big_endian) return;
  const bool complex =
      header.type == SampleType::kComplex64 || header.type == SampleType::kComplex128;
  const std::size_t width = bytes_per_sample(header.type) / (complex ? 2 : 1);
  reverse_bytes(bytes.data(), bytes.size() / width, width);
}

/// Column-major to row-major.
std::vector<std::byte> transposed(const NpyHeader& header, const std::vector<std::byte>& from) {
  const std::size_t width = bytes_per_sample(header.type);
  const std::size_t rank = header.shape.size();
  std::vector<std::size_t> stride(rank, 1);
  for (std::size_t axis = 1; axis < rank; ++axis) {
    stride[axis] = stride[axis - 1] * static_cast<std::size_t>(header.shape[axis - 1]);
  }
  std::vector<std::byte> to(from.size());
  std::vector<std::int64_t> position(rank, 0);
  for (std::size_t i = 0; i < to.size() / width; ++i) {
    std::size_t source = 0;
    for (std::size_t axis = 0; axis < rank; ++axis) {
      source += static_cast<std::size_t>(position[axis]) * stride[axis];
    }
    std::memcpy(to.data() + i * width, from.data() + source * width, width);
    for (std::size_t axis = rank; axis-- > 0;) {
      if (++position[axis] < header.shape[axis]) break;
      position[axis] = 0;
    }
  }
  return to;
}

Array read_whole(const NpyFile& npy, const ReadOptions& options) {
  if (npy.data_bytes > options.max_bytes) {
    refuse(npy.file.path(), fmt::format("the array takes {} bytes, the limit is {}", npy.data_bytes,
                                        options.max_bytes));
  }
  Array array{npy.header.type, npy.header.shape, std::vector<std::byte>(npy.data_bytes)};
  npy.file.read_at(npy.data_offset, array.bytes);
  to_host_order(npy.header, array.bytes);
  if (npy.header.fortran_order) array.bytes = transposed(npy.header, array.bytes);
  return array;
}

class NpyStackReader : public StackReader {
 public:
  NpyStackReader(const std::filesystem::path& path, const ReadOptions& options)
      : npy_(open_npy_file(path)) {
    take_axes();
    frame_bytes_ = static_cast<std::uint64_t>(info_.n_y * info_.n_x * info_.n_samples) *
                   bytes_per_sample(info_.type);
    if (frame_bytes_ > options.max_frame_bytes) {
      refuse(path, fmt::format("a frame takes {} bytes, the limit is {}", frame_bytes_,
                               options.max_frame_bytes));
    }
    // Column-major frames are interleaved over the whole file.
    if (npy_.header.fortran_order) whole_ = read_whole(npy_, options);
  }

  const StackInfo& info() const override { return info_; }

  Array read_frame(std::int64_t frame) override {
    PARFOCAL_CHECK(frame >= 0);
    PARFOCAL_CHECK(frame < info_.n_frames);
    Array out{info_.type, {info_.n_y, info_.n_x}, std::vector<std::byte>(frame_bytes_)};
    if (info_.n_samples > 1) out.shape.push_back(info_.n_samples);
    const std::uint64_t begin = frame_bytes_ * static_cast<std::uint64_t>(frame);
    if (whole_) {
      std::memcpy(out.bytes.data(), whole_->bytes.data() + begin, frame_bytes_);
    } else {
      npy_.file.read_at(npy_.data_offset + begin, out.bytes);
      to_host_order(npy_.header, out.bytes);
    }
    return out;
  }

 private:
  void take_axes() {
    std::vector<std::int64_t> shape = npy_.header.shape;
    if (shape.size() >= 3 && (shape.back() == 1 || shape.back() == 3)) {
      info_.n_samples = shape.back();
      shape.pop_back();
    }
    if (shape.size() < 2 || shape.size() > 5 || std::count(shape.begin(), shape.end(), 0) > 0) {
      refuse(npy_.file.path(),
             fmt::format("an array of shape {} is not a stack of images; expected "
                         "[t, c, z, y, x] with the last 2 to 5 of these axes",
                         describe_shape(npy_.header.shape)));
    }
    const std::size_t rank = shape.size();
    info_.n_x = shape[rank - 1];
    info_.n_y = shape[rank - 2];
    if (rank == 3) info_.n_t = shape[0];
    if (rank >= 4) info_.n_z = shape[rank - 3];
    if (rank >= 4) info_.n_channels = shape[rank - 4];
    if (rank == 5) info_.n_t = shape[0];
    info_.n_frames = info_.n_t * info_.n_channels * info_.n_z;
    info_.n_frames_expected = info_.n_frames_found = info_.n_frames;
    info_.type = npy_.header.type;
    info_.format = "npy";
  }

  NpyFile npy_;
  StackInfo info_;
  std::uint64_t frame_bytes_ = 0;
  std::optional<Array> whole_;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text) { return HeaderScanner(text).scan(); }

Array read_npy(const std::filesystem::path& path, const ReadOptions& options) {
  return read_whole(open_npy_file(path), options);
}

std::unique_ptr<StackReader> open_npy(const std::filesystem::path& path,
                                      const ReadOptions& options) {
  return std::make_unique<NpyStackReader>(path, options);
}

}  // namespace parfocal::formats
