// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/run/safetensors.h"

namespace parfocal::safetensors {

inline constexpr std::uint64_t kLengthBytes = 8;
inline constexpr std::uint64_t kLongestHeader = 100'000'000;
inline constexpr std::size_t kMostTensors = 100'000;
inline constexpr std::size_t kLongestName = 512;
inline constexpr std::string_view kChecksumPrefix = "sha256:";

/// One tensor as the header describes it; [begin, end) counts from the start of the data.
struct Entry {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

struct Header {
  std::vector<Entry> entries;  ///< In the order of their data, which they fill without holes.
  std::map<std::string, std::string> metadata;
};

/// \throws DataError "WHERE: SENTENCE".
[[noreturn]] void refuse(const std::string& where, const std::string& sentence);

/// In double quotes, control characters escaped, long names cut.
[[nodiscard]] std::string in_quotes(const std::string& name);

/// What is wrong with the name of a tensor, or an empty text.
[[nodiscard]] std::string fault_of_name(const std::string& name);

[[nodiscard]] bool is_utf8(std::string_view text);

/// Bytes of a tensor; nothing if they do not fit into 63 bits. A side of 0 counts as 1 in this
/// question, so that strides fit too.
[[nodiscard]] std::optional<std::uint64_t> bytes_of_shape(Dtype dtype,
                                                          const std::vector<std::int64_t>& shape);

/// The length that the first 8 bytes state, checked against the size of the file.
[[nodiscard]] std::uint64_t header_length(std::span<const std::byte> first_bytes,
                                          std::uint64_t file_bytes, const std::string& where);

/// Checks everything that the JSON states against the format and against the size of the data.
[[nodiscard]] Header decode_header(std::string_view json, std::uint64_t data_bytes,
                                   const std::string& where);

/// The first bytes of a file: length, JSON, padding.
[[nodiscard]] std::string encode_header(const Header& header);

}  // namespace parfocal::safetensors
