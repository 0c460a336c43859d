// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parfocal::formats {

static_assert(std::endian::native == std::endian::little,
              "the file formats are written for little-endian machines");

/// The number types that image and array files hold.
enum class SampleType {
  kBool,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kFloat16,
  kFloat32,
  kFloat64,
  kComplex64,
  kComplex128
};

[[nodiscard]] std::size_t bytes_per_sample(SampleType type);

/// The numpy name: "uint16", "float32", "complex64", ...
[[nodiscard]] std::string_view name_of(SampleType type);

/// Numbers as a file holds them, without LibTorch.
///
/// Layout:     row-major (the last axis is contiguous), host byte order.
/// Invariants: bytes.size() == product(shape) * bytes_per_sample(type); rank 0 is one number.
/// Tested by:  tests/datasets/npy_test.cpp
struct Array {
  SampleType type = SampleType::kFloat32;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;
};

/// Product of the sizes. \throws LogicError for a negative size or an overflow.
[[nodiscard]] std::int64_t number_of_samples(const std::vector<std::int64_t>& shape);

/// "[270, 480, 3]".
[[nodiscard]] std::string describe_shape(const std::vector<std::int64_t>& shape);

/// Turns every number of `width` bytes end for end.
void reverse_bytes(std::byte* data, std::size_t count, std::size_t width);

}  // namespace parfocal::formats
