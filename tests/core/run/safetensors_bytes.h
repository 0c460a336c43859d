// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <exception>
#include <string>

#include "core/error.h"
#include "core/run/safetensors.h"

namespace parfocal::safetensors {

/// A file with this header, its length in front, and these data.
[[nodiscard]] inline std::string file_of(const std::string& json, const std::string& data) {
  const std::uint64_t length = json.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + json + data;
}

[[nodiscard]] inline Contents parsed(const std::string& json, const std::string& data) {
  const std::string bytes = file_of(json, data);
  return parse(std::as_bytes(std::span(bytes)), "w");
}

/// Text of the DataError that `call` throws; empty if it throws none.
template <class Call>
[[nodiscard]] std::string message_of(const Call& call) {
  try {
    call();
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

}  // namespace parfocal::safetensors
