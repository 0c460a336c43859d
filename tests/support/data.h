// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace parfocal::test {

/// A file of the measured data: under PARFOCAL_DATA, or in `../shared/data` beside the checkout.
[[nodiscard]] inline std::filesystem::path data_file(const std::filesystem::path& relative) {
  const char* folder = std::getenv("PARFOCAL_DATA");
  const bool given = folder != nullptr && *folder != '\0';
  const std::filesystem::path beside =
      std::filesystem::path(PARFOCAL_SOURCE_DIR).parent_path() / "shared" / "data";
  return (given ? std::filesystem::path(folder) : beside) / relative;
}

/// Whether absent data fail a test instead of skipping it.
[[nodiscard]] inline bool data_required() {
  const char* value = std::getenv("PARFOCAL_REQUIRE_DATA");
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace parfocal::test

/// Skips the test where the file is absent; fails it under PARFOCAL_REQUIRE_DATA=1.
#define PARFOCAL_REQUIRE_FILE(path)                                                 \
  do {                                                                              \
    if (!std::filesystem::exists(path)) {                                           \
      if (::parfocal::test::data_required()) FAIL() << (path) << " is absent";      \
      GTEST_SKIP() << (path) << " is absent; set PARFOCAL_DATA to the data folder"; \
    }                                                                               \
  } while (false)
