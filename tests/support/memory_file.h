// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace parfocal::test {

/// A file without a disk; the next call overwrites it.
[[nodiscard]] inline std::filesystem::path memory_file(const std::string& bytes) {
  static const int descriptor = ::memfd_create("mutant", 0);
  const auto size = static_cast<off_t>(bytes.size());
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, bytes.data(), bytes.size(), 0) != size) {
    throw std::runtime_error("the memory file cannot be written");
  }
  return fmt::format("/proc/self/fd/{}", descriptor);
}

}  // namespace parfocal::test
