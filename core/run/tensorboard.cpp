// SPDX-License-Identifier: Apache-2.0
#include "core/run/tensorboard.h"

#include <array>
#include <bit>
#include <cstring>

namespace parfocal {
namespace {

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
    table[i] = crc;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kCrcTable = make_crc_table();

std::uint32_t masked_crc(std::string_view bytes) {
  return std::rotr(crc32c(bytes), 15) + 0xa282ead8U;
}

/// Little-endian, as the format wants it.
template <class T>
std::string bytes_of(T value) {
  static_assert(std::endian::native == std::endian::little);
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// Wire types of a protocol buffer.
enum class Wire : unsigned { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80U; value >>= 7) bytes += static_cast<char>((value & 0x7fU) | 0x80U);
  return bytes + static_cast<char>(value);
}
std::string tag(unsigned field, Wire wire) {
  return varint((field << 3U) | static_cast<unsigned>(wire));
}
std::string bytes_field(unsigned field, const std::string& bytes) {
  return tag(field, Wire::kBytes) + varint(bytes.size()) + bytes;
}
std::string wall_time() { return tag(1, Wire::kFixed64) + bytes_of(0.0); }

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffU;
  for (const char c : bytes) {
    crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xffU];
  }
  return ~crc;
}

TensorBoardFile::TensorBoardFile(const std::filesystem::path& path)
    : file_(path, AppendFile::Mode::kCreate) {
  write_record(wall_time() + bytes_field(3, "brain.Event:2"));
}

void TensorBoardFile::scalar(const std::string& name, std::int64_t step, double value) {
  const std::string number =
      bytes_field(1, name) + tag(2, Wire::kFixed32) + bytes_of(static_cast<float>(value));
  write_record(wall_time() + tag(2, Wire::kVarint) + varint(static_cast<std::uint64_t>(step)) +
               bytes_field(5, bytes_field(1, number)));
}

void TensorBoardFile::write_record(std::string_view event) {
  const std::string length = bytes_of(static_cast<std::uint64_t>(event.size()));
  file_.append(length + bytes_of(masked_crc(length)) + std::string(event) +
               bytes_of(masked_crc(event)));
}

}  // namespace parfocal
