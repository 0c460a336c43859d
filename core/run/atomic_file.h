// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parfocal {

/// A file that appears under its final name whole or not at all.
///
/// Writes go to `NAME.tmp.<pid>.<nonce>` in the same directory (created with O_EXCL); `commit`
/// checks every write, calls fsync and close, renames, and synchronises the directory. Without
/// `commit` the destructor removes the temporary file and the final name is untouched.
/// A symbolic link under the final name is followed: the file it points at is replaced.
///
/// Errors:     FileError names the path, the call, the reason, and for a full disk the bytes needed
///             and free. A final name that is a folder, device, FIFO or socket is refused.
/// Invariants: a final name never holds a partial file; an older file survives a failed write.
/// Tested by:  tests/core/run/atomic_file_test.cpp (kill at random moments, full disk, failing
///             calls).
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path final_path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Asks the file system for the whole size at once, so that a full disk fails before the work.
  /// The length of the file does not change. Ignored where the file system cannot do it.
  void reserve(std::uint64_t bytes);

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);

  /// For libraries that open a file by name. Write there, close it, then call `commit`.
  [[nodiscard]] const std::filesystem::path& temporary_path() const noexcept { return temporary_; }

  /// Publishes the file, once. \throws FileError; the final name is then unchanged, except when
  /// only the last step failed (fsync of the directory): then the new file is there, whole.
  void commit();

 private:
  void remove_temporary() noexcept;
  [[noreturn]] void fail(std::string_view call, int error_number);

  std::filesystem::path final_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
  bool committed_ = false;
  std::uint64_t written_ = 0;
  std::uint64_t reserved_ = 0;
};

/// The whole of `text` under `path`, atomically.
void write_file_atomically(const std::filesystem::path& path, std::string_view text);
void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// The whole of a file. \throws FileError.
[[nodiscard]] std::string read_whole_file(const std::filesystem::path& path);

/// Deletes `*.tmp.<pid>.<nonce>` files in `directory` (not below it) that this host made and whose
/// process is gone, and returns their paths. Those of other hosts and of living processes stay.
std::vector<std::filesystem::path> remove_stale_temporaries(const std::filesystem::path& directory);

/// `NAME.tmp.<pid>.<nonce>`: the name for a file or folder that is not finished yet.
[[nodiscard]] std::filesystem::path temporary_name(const std::filesystem::path& final_path);

/// True for such a name if this host made it and its process is gone.
[[nodiscard]] bool is_stale_temporary(const std::filesystem::path& path);

}  // namespace parfocal
