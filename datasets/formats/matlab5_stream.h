// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "datasets/formats/array.h"
#include "datasets/formats/input_file.h"

namespace parfocal::formats {

/// Bytes one after the other, as they stand in a region of a file or as zlib inflates it.
///
/// Errors: DataError where fewer bytes are there than asked for, or where they do not inflate.
class Matlab5Bytes {
 public:
  virtual ~Matlab5Bytes() = default;
  virtual void read(std::span<std::byte> out) = 0;
  /// Refuses the file unless the region is used up.
  virtual void finish() = 0;
  /// "byte 136", or "byte 136, inflated byte 8"; where the next byte stands.
  [[nodiscard]] virtual std::string place() const = 0;
  /// No more bytes than this can follow.
  [[nodiscard]] virtual std::uint64_t at_most() const = 0;
  [[nodiscard]] virtual const InputFile& file() const = 0;

  /// "PATH: byte N: " followed by the sentence.
  [[noreturn]] void refuse_here(const std::string& sentence) const {
    refuse(file().path(), place() + ": " + sentence);
  }
};

/// Bytes [begin, begin + length) of the file, which must be in it.
[[nodiscard]] std::unique_ptr<Matlab5Bytes> plain_bytes(const InputFile& file, std::uint64_t begin,
                                                        std::uint64_t length);
[[nodiscard]] std::unique_ptr<Matlab5Bytes> inflated_bytes(const InputFile& file,
                                                           std::uint64_t begin,
                                                           std::uint64_t length);

/// Types of the elements of a level 5 file.
enum class Matlab5Type : std::uint32_t {
  kInt8 = 1,
  kInt32 = 5,
  kUInt32 = 6,
  kMatrix = 14,
  kCompressed = 15
};

/// Elements, each a type, a length and data that end at a multiple of 8 bytes. Up to 4 bytes of
/// data stand inside of the tag.
class Matlab5Elements {
 public:
  Matlab5Elements(Matlab5Bytes& bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  struct Element {
    std::uint32_t type = 0;
    std::vector<std::byte> data;
  };

  /// Type and length of an element that holds others. What is read from now on must lie in it.
  struct Tag {
    std::uint32_t type = 0;
    std::uint32_t length = 0;
  };
  [[nodiscard]] Tag enter();

  /// The next element; `what` it is for the error if its data are longer than `at_most`.
  [[nodiscard]] Element next(const std::string& what, std::uint64_t at_most);
  /// Bytes of the element that holds all others that were not read yet.
  [[nodiscard]] std::uint64_t left() const { return left_; }

  [[nodiscard]] std::uint32_t number_at(std::span<const std::byte> data, std::size_t offset) const;

 private:
  [[nodiscard]] std::array<std::byte, 8> read_tag(std::uint64_t within);
  void take(std::span<std::byte> out);

  Matlab5Bytes& bytes_;
  bool big_endian_;
  std::uint64_t left_ = 0;
};

}  // namespace parfocal::formats
