// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/matlab5_stream.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace parfocal::formats {
namespace {

constexpr std::uint64_t kTagBytes = 8;
constexpr std::uint32_t kInsideBytes = 4;
constexpr std::uint64_t kLargestRatio = 1032;  // Of deflate: 258 bytes from two bits.

class PlainBytes final : public Matlab5Bytes {
 public:
  PlainBytes(const InputFile& file, std::uint64_t begin, std::uint64_t length)
      : file_(file), at_(begin), end_(begin + length) {}

  void read(std::span<std::byte> out) override {
    if (out.size() > end_ - at_) {
      refuse_here(fmt::format("{} bytes are needed, {} are left", out.size(), end_ - at_));
    }
    file_.read_at(at_, out);
    at_ += out.size();
  }
  void finish() override {
    if (at_ != end_) refuse_here(fmt::format("{} bytes too many", end_ - at_));
  }
  [[nodiscard]] std::string place() const override { return fmt::format("byte {}", at_); }
  [[nodiscard]] std::uint64_t at_most() const override { return end_ - at_; }
  [[nodiscard]] const InputFile& file() const override { return file_; }

 private:
  const InputFile& file_;
  std::uint64_t at_, end_;
};

class InflatedBytes final : public Matlab5Bytes {
 public:
  InflatedBytes(const InputFile& file, std::uint64_t begin, std::uint64_t length)
      : file_(file), begin_(begin), at_(begin), end_(begin + length) {
    if (inflateInit(&state_) != Z_OK) refuse_here("zlib cannot start");
  }
  ~InflatedBytes() override { inflateEnd(&state_); }
  InflatedBytes(const InflatedBytes&) = delete;
  InflatedBytes& operator=(const InflatedBytes&) = delete;

  void read(std::span<std::byte> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const std::size_t more = inflate_some(out.subspan(done));
      if (more == 0) {
        refuse_here(
            fmt::format("{} bytes are needed, the compressed data end after {}", out.size(), done));
      }
      done += more;
      inflated_ += more;
    }
  }

  void finish() override {
    std::array<std::byte, 1> more{};
    if (inflate_some(more) != 0) refuse_here("more data than the matrix takes");
    if (at_ - state_.avail_in != end_) {
      refuse_here(fmt::format("{} bytes after the compressed data", end_ - at_ + state_.avail_in));
    }
  }

  [[nodiscard]] std::string place() const override {
    return fmt::format("byte {}, inflated byte {}", begin_, inflated_);
  }
  [[nodiscard]] std::uint64_t at_most() const override {
    const std::uint64_t all = (end_ - begin_) * kLargestRatio;
    return all - std::min(all, inflated_);
  }
  [[nodiscard]] const InputFile& file() const override { return file_; }

 private:
  /// 0 at the end of the compressed data.
  std::size_t inflate_some(std::span<std::byte> out) {
    out = out.first(std::min<std::size_t>(out.size(), std::size_t{1} << 30));
    state_.next_out = reinterpret_cast<Bytef*>(out.data());
    state_.avail_out = static_cast<uInt>(out.size());
    while (!ended_ && state_.avail_out == out.size()) {
      if (state_.avail_in == 0 && !refill()) {
        refuse_here("the compressed data are cut short; copy the file again");
      }
      const int outcome = inflate(&state_, Z_NO_FLUSH);
      ended_ = outcome == Z_STREAM_END;
      if (outcome != Z_OK && outcome != Z_STREAM_END) {
        refuse_here(fmt::format("zlib cannot inflate the data ({}); copy the file again",
                                state_.msg != nullptr ? state_.msg : "no reason given"));
      }
    }
    return out.size() - state_.avail_out;
  }

  bool refill() {
    const std::uint64_t more = std::min<std::uint64_t>(end_ - at_, compressed_.size());
    if (more == 0) return false;
    file_.read_at(at_, std::span(compressed_).first(more));
    at_ += more;
    state_.next_in = reinterpret_cast<Bytef*>(compressed_.data());
    state_.avail_in = static_cast<uInt>(more);
    return true;
  }

  const InputFile& file_;
  std::uint64_t begin_, at_, end_;
  std::uint64_t inflated_ = 0;
  bool ended_ = false;
  z_stream state_{};
  std::vector<std::byte> compressed_ = std::vector<std::byte>(65'536);
};

}  // namespace

std::unique_ptr<Matlab5Bytes> plain_bytes(const InputFile& file, std::uint64_t begin,
                                          std::uint64_t length) {
  return std::make_unique<PlainBytes>(file, begin, length);
}

std::unique_ptr<Matlab5Bytes> inflated_bytes(const InputFile& file, std::uint64_t begin,
                                             std::uint64_t length) {
  return std::make_unique<InflatedBytes>(file, begin, length);
}

std::uint32_t Matlab5Elements::number_at(std::span<const std::byte> data,
                                         std::size_t offset) const {
  std::array<std::byte, 4> bytes{};
  std::memcpy(bytes.data(), data.data() + offset, bytes.size());
  if (big_endian_) std::reverse(bytes.begin(), bytes.end());
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

void Matlab5Elements::take(std::span<std::byte> out) {
  if (out.size() > left_) {
    bytes_.refuse_here(
        fmt::format("{} bytes are needed, but the matrix ends after {}", out.size(), left_));
  }
  bytes_.read(out);
  left_ -= out.size();
}

Matlab5Elements::Tag Matlab5Elements::enter() {
  std::array<std::byte, kTagBytes> tag{};
  bytes_.read(tag);
  const Tag entered{number_at(tag, 0), number_at(tag, 4)};
  if (entered.length > bytes_.at_most()) {
    bytes_.refuse_here(
        fmt::format("an element of {} bytes, where at most {} follow; the file is cut "
                    "short or damaged",
                    entered.length, bytes_.at_most()));
  }
  left_ = entered.length;
  return entered;
}

Matlab5Elements::Element Matlab5Elements::next(const std::string& what, std::uint64_t at_most) {
  std::array<std::byte, kTagBytes> tag{};
  take(tag);
  const std::uint32_t first = number_at(tag, 0);
  const bool inside = (first >> 16) != 0;
  const std::uint32_t length = inside ? first >> 16 : number_at(tag, 4);
  if (inside && length > kInsideBytes) {
    bytes_.refuse_here(fmt::format("{}: {} bytes in a tag that has room for 4", what, length));
  }
  if (length > at_most || length > left_ + kInsideBytes) {
    bytes_.refuse_here(fmt::format("{} take {} bytes, expected at most {}", what, length,
                                   std::min<std::uint64_t>(at_most, left_)));
  }
  Element element{inside ? first & 0xFFFF : first, std::vector<std::byte>(length)};
  if (inside) {
    std::memcpy(element.data.data(), tag.data() + kInsideBytes, length);
    return element;
  }
  take(element.data);
  std::array<std::byte, kTagBytes> padding{};
  take(std::span(padding).first((kTagBytes - length % kTagBytes) % kTagBytes));
  return element;
}

}  // namespace parfocal::formats
