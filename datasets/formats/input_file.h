// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace parfocal::formats {

/// A regular file read at stated offsets.
///
/// Invariants: a read delivers every byte asked for or throws; the size is that of the moment of
///             opening; directories, pipes and devices are refused.
/// Errors:     DataError with the path, the byte offset and the reason.
/// Tested by:  tests/datasets/stack_reader_test.cpp
class InputFile {
 public:
  explicit InputFile(std::filesystem::path path);
  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  InputFile& operator=(InputFile&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  /// Whether bytes [offset, offset + length) lie inside the file; no overflow.
  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t length) const noexcept {
    return offset <= size_ && length <= size_ - offset;
  }

  void read_at(std::uint64_t offset, std::span<std::byte> out) const;

 private:
  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  int descriptor_ = -1;
};

/// "PATH: " followed by the sentence; the one form in which data errors name their file.
[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& sentence);

}  // namespace parfocal::formats
