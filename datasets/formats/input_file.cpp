// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace parfocal::formats {
namespace {

std::string reason_of(int error) { return std::generic_category().message(error); }

}  // namespace

void refuse(const std::filesystem::path& path, const std::string& sentence) {
  throw DataError(path.string() + ": " + sentence);
}

InputFile::InputFile(std::filesystem::path path) : path_(std::move(path)) {
  // O_NONBLOCK: opening a pipe must not wait for a writer.
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) refuse(path_, "cannot be opened: " + reason_of(errno));
  struct stat status = {};
  const bool known = ::fstat(descriptor_, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    refuse(path_, "is not a regular file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      size_(other.size_),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void InputFile::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  if (!holds(offset, out.size())) {
    refuse(path_, fmt::format("byte {}: {} bytes are needed here, but the file ends at byte {}",
                              offset, out.size(), size_));
  }
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::pread(descriptor_, out.data() + done, out.size() - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(path_, fmt::format("byte {}: {}", offset + done, reason_of(errno)));
    if (got == 0) {
      refuse(path_,
             fmt::format("byte {}: the file became shorter while it was read", offset + done));
    }
    done += static_cast<std::size_t>(got);
  }
}

}  // namespace parfocal::formats
