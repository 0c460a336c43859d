// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Named tensors in one file.
///
///   u64 little-endian n | n bytes of JSON | data
///   {"__metadata__": {TEXT: TEXT}, NAME: {"dtype", "shape", "data_offsets": [begin, end)}, ...}
///
/// Citation:   github.com/huggingface/safetensors, README (format of the file).
/// Convention: written sorted by descending size of the dtype, then name, and padded with spaces
///             to 8 bytes. `sha256:NAME` of every tensor, `format_version` and `program_version`
///             are put into the metadata and, where present, verified when read.
/// Layout:     row-major, little-endian, no holes; offsets count from the end of the JSON.
/// Precision:  exact; NaN and infinity are refused in both directions unless asked for.
/// Invariants: the same contents give the same bytes; a file that is read holds every byte that its
///             header promises and no other.
/// Errors:     DataError with the path, what is wrong and the rule; FileError when writing fails;
///             LogicError for contents that no file can hold; NumericError for NaN to be written.
/// Tested by:  tests/core/run/safetensors_test.cpp, tests/core/run/safetensors_refusal_test.cpp.
namespace parfocal::safetensors {

/// BF16 is the upper half of an F32; C64 is real and imaginary part as F32.
enum class Dtype {
  kBool,
  kU8,
  kI8,
  kI16,
  kU16,
  kF16,
  kBf16,
  kI32,
  kU32,
  kF32,
  kF64,
  kI64,
  kU64,
  kC64
};

[[nodiscard]] std::string_view name_of(Dtype dtype);
[[nodiscard]] std::optional<Dtype> dtype_of(std::string_view name);
[[nodiscard]] std::uint64_t bytes_of(Dtype dtype);

struct StoredTensor {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<std::int64_t> shape;  ///< Empty for a scalar.
  std::vector<std::byte> bytes;

  bool operator==(const StoredTensor&) const = default;
};

struct Contents {
  std::vector<StoredTensor> tensors;  ///< In the order of their data.
  std::map<std::string, std::string> metadata;

  bool operator==(const Contents&) const = default;
};

struct ReadOptions {
  bool allow_non_finite = false;
};

struct WriteOptions {
  bool allow_non_finite = false;
  bool stamp = true;  ///< Checksums and versions into the metadata.
};

[[nodiscard]] Contents read(const std::filesystem::path& path, const ReadOptions& options = {});

/// The same from memory; `where` stands for the path in errors.
[[nodiscard]] Contents parse(std::span<const std::byte> file, const std::string& where,
                             const ReadOptions& options = {});

/// Atomically. Checksums that the metadata carry from an older file are replaced.
void write(const std::filesystem::path& path, const Contents& contents,
           const WriteOptions& options = {});

}  // namespace parfocal::safetensors
