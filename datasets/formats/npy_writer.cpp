// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/npy_writer.h"

#include <fmt/format.h>

#include <span>
#include <string>

#include "core/check.h"
#include "core/run/atomic_file.h"

namespace parfocal::formats {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kPreambleBytes = 10;

std::string descr_of(SampleType type) {
  switch (type) {
    case SampleType::kBool:
      return "|b1";
    case SampleType::kUInt8:
      return "|u1";
    case SampleType::kInt8:
      return "|i1";
    case SampleType::kUInt16:
      return "<u2";
    case SampleType::kUInt32:
      return "<u4";
    case SampleType::kUInt64:
      return "<u8";
    case SampleType::kInt16:
      return "<i2";
    case SampleType::kInt32:
      return "<i4";
    case SampleType::kInt64:
      return "<i8";
    case SampleType::kFloat16:
      return "<f2";
    case SampleType::kFloat32:
      return "<f4";
    case SampleType::kFloat64:
      return "<f8";
    case SampleType::kComplex64:
      return "<c8";
    case SampleType::kComplex128:
      return "<c16";
  }
  throw LogicError("write_npy: unknown sample type");
}

std::string header_of(const Array& array) {
  std::string shape;
  for (std::size_t i = 0; i < array.shape.size(); ++i) {
    shape += fmt::format("{}{}", i == 0 ? "" : " ", array.shape[i]);
    if (i + 1 < array.shape.size() || i == 0) shape += ",";
  }
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                                 descr_of(array.type), shape);
  const std::size_t used = kPreambleBytes + text.size() + 1;
  text.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  text += '\n';
  PARFOCAL_CHECK(text.size() < 65536U);
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xFF);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

}  // namespace

void write_npy(const std::filesystem::path& path, const Array& array) {
  PARFOCAL_CHECK(static_cast<std::size_t>(number_of_samples(array.shape)) *
                     bytes_per_sample(array.type) ==
                 array.bytes.size());
  AtomicFile file(path);
  file.write(header_of(array));
  file.write(std::span<const std::byte>(array.bytes));
  file.commit();
}

}  // namespace parfocal::formats
