// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/array.h"

#include <algorithm>

#include "core/check.h"

namespace parfocal::formats {

std::size_t bytes_per_sample(SampleType type) {
  switch (type) {
    case SampleType::kBool:
    case SampleType::kUInt8:
    case SampleType::kInt8:
      return 1;
    case SampleType::kUInt16:
    case SampleType::kInt16:
    case SampleType::kFloat16:
      return 2;
    case SampleType::kUInt32:
    case SampleType::kInt32:
    case SampleType::kFloat32:
      return 4;
    case SampleType::kUInt64:
    case SampleType::kInt64:
    case SampleType::kFloat64:
    case SampleType::kComplex64:
      return 8;
    case SampleType::kComplex128:
      return 16;
  }
  throw LogicError("bytes_per_sample: unknown sample type");
}

std::string_view name_of(SampleType type) {
  switch (type) {
    case SampleType::kBool:
      return "bool";
    case SampleType::kUInt8:
      return "uint8";
    case SampleType::kUInt16:
      return "uint16";
    case SampleType::kUInt32:
      return "uint32";
    case SampleType::kUInt64:
      return "uint64";
    case SampleType::kInt8:
      return "int8";
    case SampleType::kInt16:
      return "int16";
    case SampleType::kInt32:
      return "int32";
    case SampleType::kInt64:
      return "int64";
    case SampleType::kFloat16:
      return "float16";
    case SampleType::kFloat32:
      return "float32";
    case SampleType::kFloat64:
      return "float64";
    case SampleType::kComplex64:
      return "complex64";
    case SampleType::kComplex128:
      return "complex128";
  }
  throw LogicError("name_of: unknown sample type");
}

std::int64_t number_of_samples(const std::vector<std::int64_t>& shape) {
  std::int64_t product = 1;
  for (const std::int64_t size : shape) {
    PARFOCAL_CHECK(size >= 0);
    PARFOCAL_CHECK(!__builtin_mul_overflow(product, size, &product));
  }
  return product;
}

std::string describe_shape(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + "]";
}

void reverse_bytes(std::byte* data, std::size_t count, std::size_t width) {
  if (width == 1) return;
  for (std::size_t i = 0; i < count; ++i) std::reverse(data + i * width, data + (i + 1) * width);
}

}  // namespace parfocal::formats
