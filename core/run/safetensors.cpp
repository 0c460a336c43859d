// SPDX-License-Identifier: Apache-2.0
#include "core/run/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <functional>
#include <set>

#include "core/check.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/build_info.h"
#include "core/run/safetensors_header.h"
#include "core/run/sha256.h"

namespace parfocal::safetensors {
namespace {

static_assert(std::endian::native == std::endian::little);

struct DtypeRow {
  std::string_view name;
  std::uint64_t bytes;
};

/// In the order of Dtype.
constexpr std::array<DtypeRow, 14> kDtypes = {{{"BOOL", 1},
                                               {"U8", 1},
                                               {"I8", 1},
                                               {"I16", 2},
                                               {"U16", 2},
                                               {"F16", 2},
                                               {"BF16", 2},
                                               {"I32", 4},
                                               {"U32", 4},
                                               {"F32", 4},
                                               {"F64", 8},
                                               {"I64", 8},
                                               {"U64", 8},
                                               {"C64", 8}}};

/// Index of the first word whose exponent bits are all set, which is NaN or infinity.
template <class Word>
std::optional<std::size_t> first_non_finite(std::span<const std::byte> bytes, Word exponent) {
  for (std::size_t i = 0; i + sizeof(Word) <= bytes.size(); i += sizeof(Word)) {
    Word word = 0;
    std::memcpy(&word, bytes.data() + i, sizeof(Word));
    if ((word & exponent) == exponent) return i / sizeof(Word);
  }
  return std::nullopt;
}

std::optional<std::size_t> first_non_finite(const StoredTensor& tensor) {
  switch (tensor.dtype) {
    case Dtype::kF16:
      return first_non_finite<std::uint16_t>(tensor.bytes, 0x7c00);
    case Dtype::kBf16:
      return first_non_finite<std::uint16_t>(tensor.bytes, 0x7f80);
    case Dtype::kF32:
    case Dtype::kC64:
      return first_non_finite<std::uint32_t>(tensor.bytes, 0x7f800000);
    case Dtype::kF64:
      return first_non_finite<std::uint64_t>(tensor.bytes, 0x7ff0000000000000);
    default:
      return std::nullopt;
  }
}

/// "NaN or infinity in tensor "a" at number 3", or an empty text.
std::string non_finite_text(const StoredTensor& tensor) {
  const auto index = first_non_finite(tensor);
  if (!index) return "";
  return fmt::format("tensor {}: number {} is NaN or infinite", in_quotes(tensor.name), *index);
}

void check_truth_values(const StoredTensor& tensor, const std::string& where) {
  if (tensor.dtype != Dtype::kBool) return;
  const auto valid = [](std::byte b) { return b == std::byte{0} || b == std::byte{1}; };
  if (!std::ranges::all_of(tensor.bytes, valid)) {
    refuse(where, fmt::format("tensor {}: a BOOL byte is neither 0 nor 1", in_quotes(tensor.name)));
  }
}

void check_checksums(const Contents& contents, const std::string& where) {
  std::size_t seen = 0;
  for (const StoredTensor& tensor : contents.tensors) {
    const auto stated = contents.metadata.find(std::string(kChecksumPrefix) + tensor.name);
    if (stated == contents.metadata.end()) continue;
    ++seen;
    if (sha256_hex(tensor.bytes) != stated->second) {
      refuse(where, fmt::format("tensor {}: its bytes do not have the SHA-256 that __metadata__ "
                                "states; the file is damaged",
                                in_quotes(tensor.name)));
    }
  }
  const auto is_checksum = [](const auto& item) { return item.first.starts_with(kChecksumPrefix); };
  if (std::ranges::count_if(contents.metadata, is_checksum) != static_cast<std::ptrdiff_t>(seen)) {
    refuse(where, "__metadata__ states the SHA-256 of a tensor that is not there");
  }
}

using ReadAt = std::function<void(std::uint64_t offset, std::span<std::byte> out)>;

Contents read_contents(std::uint64_t file_bytes, const ReadAt& read_at, const std::string& where,
                       const ReadOptions& options) {
  std::array<std::byte, kLengthBytes> first{};
  if (file_bytes >= kLengthBytes) read_at(0, first);
  const std::uint64_t length = header_length(first, file_bytes, where);
  std::string json(length, '\0');
  read_at(kLengthBytes, std::as_writable_bytes(std::span(json)));
  const std::uint64_t data_start = kLengthBytes + length;
  Header header = decode_header(json, file_bytes - data_start, where);

  Contents contents{{}, std::move(header.metadata)};
  contents.tensors.reserve(header.entries.size());
  for (Entry& entry : header.entries) {
    StoredTensor& tensor = contents.tensors.emplace_back();
    tensor = {std::move(entry.name), entry.dtype, std::move(entry.shape), {}};
    tensor.bytes.resize(entry.end - entry.begin);
    read_at(data_start + entry.begin, tensor.bytes);
    check_truth_values(tensor, where);
    if (options.allow_non_finite) continue;
    if (const std::string fault = non_finite_text(tensor); !fault.empty()) refuse(where, fault);
  }
  check_checksums(contents, where);
  return contents;
}

/// Mistakes of the caller.
void check_writable(const Contents& contents, const WriteOptions& options) {
  std::set<std::string_view> names;
  for (const StoredTensor& tensor : contents.tensors) {
    const std::string fault = fault_of_name(tensor.name);
    if (!fault.empty()) throw LogicError(fault);
    PARFOCAL_CHECK(is_utf8(tensor.name));
    PARFOCAL_CHECK(tensor.name != "__metadata__");
    PARFOCAL_CHECK(names.insert(tensor.name).second);
    PARFOCAL_CHECK(std::ranges::all_of(tensor.shape, [](std::int64_t side) { return side >= 0; }));
    const auto bytes = bytes_of_shape(tensor.dtype, tensor.shape);
    PARFOCAL_CHECK(bytes.has_value());
    PARFOCAL_CHECK(tensor.bytes.size() == *bytes);
    if (options.allow_non_finite) continue;
    if (const std::string text = non_finite_text(tensor); !text.empty()) throw NumericError(text);
  }
  PARFOCAL_CHECK(names.size() <= kMostTensors);
  for (const auto& [key, value] : contents.metadata)
    PARFOCAL_CHECK((is_utf8(key) && is_utf8(value)));
}

std::vector<const StoredTensor*> in_file_order(const Contents& contents) {
  std::vector<const StoredTensor*> order;
  for (const StoredTensor& tensor : contents.tensors) order.push_back(&tensor);
  std::ranges::sort(order, [](const StoredTensor* a, const StoredTensor* b) {
    const std::uint64_t size_a = bytes_of(a->dtype), size_b = bytes_of(b->dtype);
    return size_a != size_b ? size_a > size_b : a->name < b->name;
  });
  return order;
}

void stamp(Header& header, const std::vector<const StoredTensor*>& tensors) {
  std::erase_if(header.metadata,
                [](const auto& item) { return item.first.starts_with(kChecksumPrefix); });
  for (const StoredTensor* tensor : tensors) {
    header.metadata[std::string(kChecksumPrefix) + tensor->name] = sha256_hex(tensor->bytes);
  }
  header.metadata["format_version"] = "1";
  header.metadata["program_version"] = std::string(build_info().version);
}

}  // namespace

std::string_view name_of(Dtype dtype) { return kDtypes[static_cast<std::size_t>(dtype)].name; }

std::uint64_t bytes_of(Dtype dtype) { return kDtypes[static_cast<std::size_t>(dtype)].bytes; }

std::optional<Dtype> dtype_of(std::string_view name) {
  const auto row = std::ranges::find(kDtypes, name, &DtypeRow::name);
  if (row == kDtypes.end()) return std::nullopt;
  return static_cast<Dtype>(row - kDtypes.begin());
}

Contents parse(std::span<const std::byte> file, const std::string& where,
               const ReadOptions& options) {
  const ReadAt copy = [file](std::uint64_t offset, std::span<std::byte> out) {
    std::ranges::copy(file.subspan(offset, out.size()), out.begin());
  };
  return read_contents(file.size(), copy, where, options);
}

Contents read(const std::filesystem::path& path, const ReadOptions& options) {
  const std::string where = path.string();
  std::error_code status;
  if (!std::filesystem::is_regular_file(path, status)) {
    refuse(where, status ? "cannot be read: " + status.message() : "is not a regular file");
  }
  const std::uint64_t size = std::filesystem::file_size(path, status);
  std::ifstream stream(path, std::ios::binary);
  if (status || !stream) refuse(where, "cannot be read");
  const ReadAt read_at = [&](std::uint64_t offset, std::span<std::byte> out) {
    stream.seekg(static_cast<std::streamoff>(offset));
    stream.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    if (!stream) refuse(where, fmt::format("{} bytes at {} cannot be read", out.size(), offset));
  };
  return read_contents(size, read_at, where, options);
}

void write(const std::filesystem::path& path, const Contents& contents,
           const WriteOptions& options) {
  check_writable(contents, options);
  const std::vector<const StoredTensor*> tensors = in_file_order(contents);
  Header header{{}, contents.metadata};
  std::uint64_t end = 0;
  for (const StoredTensor* tensor : tensors) {
    const std::uint64_t begin = end;
    end += tensor->bytes.size();
    header.entries.push_back({tensor->name, tensor->dtype, tensor->shape, begin, end});
  }
  if (options.stamp) stamp(header, tensors);
  const std::string first = encode_header(header);
  PARFOCAL_CHECK(first.size() - kLengthBytes <= kLongestHeader);
  AtomicFile file(path);
  file.reserve(first.size() + end);
  file.write(first);
  for (const StoredTensor* tensor : tensors) file.write(tensor->bytes);
  file.commit();
}

}  // namespace parfocal::safetensors
