// SPDX-License-Identifier: Apache-2.0
#include "core/run/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <span>

#include "core/run/atomic_file.h"
#include "core/run/file_calls.h"

namespace parfocal {

AppendFile::AppendFile(std::filesystem::path path, Mode mode) : path_(std::move(path)) {
  const int extra = mode == Mode::kCreate ? O_EXCL : 0;
  descriptor_ = file_calls::open(path_, O_WRONLY | O_APPEND | O_CREAT | extra);
  if (descriptor_ < 0) throw_file_error(path_, "open", -descriptor_);
  struct stat info {};
  if (::fstat(descriptor_, &info) != 0) {
    const int error = errno;
    ::close(descriptor_);
    throw_file_error(path_, "fstat", error);
  }
  length_ = static_cast<std::uint64_t>(info.st_size);
}

AppendFile::~AppendFile() { ::close(descriptor_); }

void AppendFile::append(std::string_view record) {
  const int result = file_calls::write(descriptor_, std::as_bytes(std::span(record)));
  if (result != 0) {
    // The report of the first failure matters more than one of the clean-up.
    [[maybe_unused]] const int cut = ::ftruncate(descriptor_, static_cast<off_t>(length_));
    throw_file_error(path_, "write", -result, record.size());
  }
  length_ += record.size();
}

void AppendFile::sync() {
  const int result = file_calls::fsync(descriptor_);
  if (result != 0) throw_file_error(path_, "fsync", -result);
}

std::uint64_t cut_torn_line(const std::filesystem::path& path) {
  const std::string text = read_whole_file(path);
  const auto last = text.rfind('\n');
  const std::size_t keep = last == std::string::npos ? 0 : last + 1;
  if (keep == text.size()) return 0;
  if (::truncate(path.c_str(), static_cast<off_t>(keep)) != 0) {
    throw_file_error(path, "truncate", errno);
  }
  return text.size() - keep;
}

}  // namespace parfocal
