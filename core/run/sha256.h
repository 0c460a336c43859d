// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace parfocal {

/// The SHA-256 digest of a stream of bytes.
///
/// Citation:  FIPS PUB 180-4, sections 4.1.2, 5.1.1, 6.2.
/// Layout:    digest in big-endian byte order, as `sha256sum` prints it.
/// Precision: exact; the x86 SHA instructions, where the processor has them, give the same bytes.
/// Errors:    `sha256_of_file` throws FileError when the file cannot be read.
/// Tested by: tests/core/run/sha256_test.cpp (NIST vectors, random cuts).
class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text) { update(std::as_bytes(std::span(text))); }

  /// The digest of everything so far. The object must not be used afterwards.
  [[nodiscard]] Digest finish();

 private:
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::byte, 64> block_ = {};
  std::size_t filled_ = 0;
  std::uint64_t length_ = 0;
};

/// 64 lower-case hex digits.
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::string sha256_hex(std::span<const std::byte> bytes);
[[nodiscard]] std::string sha256_hex(std::string_view text);
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& path);

namespace sha256_detail {

using State = std::array<std::uint32_t, 8>;
extern const std::array<std::uint32_t, 64> kRound;

/// Both take whole blocks of 64 bytes.
void compress_portable(State& state, std::span<const std::byte> blocks);
/// Only where `has_sha_instructions()`.
void compress_x86(State& state, std::span<const std::byte> blocks);
[[nodiscard]] bool has_sha_instructions();

}  // namespace sha256_detail
}  // namespace parfocal
