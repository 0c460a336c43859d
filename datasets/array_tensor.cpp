// SPDX-License-Identifier: Apache-2.0
#include "datasets/array_tensor.h"

#include <ATen/ops/empty.h>
#include <c10/util/Half.h>

#include <cstring>
#include <limits>

#include "core/check.h"
#include "core/error.h"

namespace parfocal::datasets {
namespace {

template <class Sample>
void convert(const formats::Array& array, double* values) {
  const auto count = static_cast<std::size_t>(formats::number_of_samples(array.shape));
  PARFOCAL_CHECK(array.bytes.size() == count * sizeof(Sample));
  for (std::size_t i = 0; i < count; ++i) {
    Sample sample;
    std::memcpy(&sample, array.bytes.data() + i * sizeof(Sample), sizeof(Sample));
    values[i] = static_cast<double>(sample);
  }
}

}  // namespace

at::Tensor tensor_from_array(const formats::Array& array) {
  using formats::SampleType;
  at::Tensor tensor = at::empty(array.shape, at::kDouble);
  double* values = tensor.mutable_data_ptr<double>();
  switch (array.type) {
    case SampleType::kBool:
    case SampleType::kUInt8:
      convert<std::uint8_t>(array, values);
      break;
    case SampleType::kUInt16:
      convert<std::uint16_t>(array, values);
      break;
    case SampleType::kUInt32:
      convert<std::uint32_t>(array, values);
      break;
    case SampleType::kUInt64:
      convert<std::uint64_t>(array, values);
      break;
    case SampleType::kInt8:
      convert<std::int8_t>(array, values);
      break;
    case SampleType::kInt16:
      convert<std::int16_t>(array, values);
      break;
    case SampleType::kInt32:
      convert<std::int32_t>(array, values);
      break;
    case SampleType::kInt64:
      convert<std::int64_t>(array, values);
      break;
    case SampleType::kFloat16:
      convert<c10::Half>(array, values);
      break;
    case SampleType::kFloat32:
      convert<float>(array, values);
      break;
    case SampleType::kFloat64:
      convert<double>(array, values);
      break;
    case SampleType::kComplex64:
    case SampleType::kComplex128:
      throw DataError("the file holds " + std::string(formats::name_of(array.type)) +
                      " numbers; an image must be real");
  }
  return tensor;
}

formats::Array array_from_tensor(const at::Tensor& tensor) {
  const at::ScalarType own = tensor.scalar_type();
  const at::ScalarType dtype = own == at::kDouble || own == at::kByte ? own : at::kFloat;
  const at::Tensor plain = tensor.detach().to(at::kCPU, dtype).contiguous();
  formats::Array array;
  array.type = dtype == at::kDouble ? formats::SampleType::kFloat64
               : dtype == at::kByte ? formats::SampleType::kUInt8
                                    : formats::SampleType::kFloat32;
  array.shape = plain.sizes().vec();
  array.bytes.resize(plain.nbytes());
  if (!array.bytes.empty()) std::memcpy(array.bytes.data(), plain.const_data_ptr(), plain.nbytes());
  return array;
}

double largest_value(formats::SampleType type) {
  using formats::SampleType;
  switch (type) {
    case SampleType::kUInt8:
      return 0xFF;
    case SampleType::kUInt16:
      return 0xFFFF;
    case SampleType::kUInt32:
      return 0xFFFFFFFF;
    case SampleType::kInt8:
      return 0x7F;
    case SampleType::kInt16:
      return 0x7FFF;
    case SampleType::kInt32:
      return 0x7FFFFFFF;
    default:
      return std::numeric_limits<double>::infinity();
  }
}

}  // namespace parfocal::datasets
