// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace parfocal {

/// A file that grows by whole records: logs, events, metrics.
///
/// Each `append` is one write at the end of the file. When it fails, the file is cut back to the
/// records before it, so that only a killed process can leave a torn last record.
///
/// Errors:    FileError names the path, the call and the reason.
/// Tested by: tests/core/run/atomic_file_test.cpp.
class AppendFile {
 public:
  enum class Mode {
    kCreate,    ///< the file must not exist
    kContinue,  ///< an existing file is continued, a missing one is created
  };

  AppendFile(std::filesystem::path path, Mode mode);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  void append(std::string_view record);
  void sync();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t length_ = 0;
};

/// Cuts what follows the last line feed (a record torn by a kill). Returns the bytes removed.
std::uint64_t cut_torn_line(const std::filesystem::path& path);

}  // namespace parfocal
