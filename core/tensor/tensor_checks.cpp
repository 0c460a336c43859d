// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/tensor_checks.h"

#include <ATen/ops/isfinite.h>
#include <fmt/format.h>

#include "core/check.h"

namespace parfocal {
namespace {

std::string axis_text(std::int64_t size, bool first) {
  if (size >= 0) return std::to_string(size);
  return first ? "B" : "*";
}

std::string shape_text(at::IntArrayRef sizes, bool open_in_front) {
  std::string text = open_in_front ? "..." : "";
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (!text.empty()) text += ", ";
    text += axis_text(sizes[i], i == 0 && !open_in_front);
  }
  return "[" + text + "]";
}

bool fits(at::IntArrayRef got, at::IntArrayRef expected) {
  if (got.size() != expected.size()) return false;
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (expected[i] >= 0 && expected[i] != got[i]) return false;
  }
  return true;
}

[[noreturn]] void fail(std::string_view name, const std::string& expected, const at::Tensor& got) {
  throw LogicError(fmt::format("{}: expected {}, got {}", name, expected, text_of(got)));
}

}  // namespace

std::string name_of_dtype(at::ScalarType dtype) {
  switch (dtype) {
    case at::kFloat:
      return "float32";
    case at::kDouble:
      return "float64";
    case at::kHalf:
      return "float16";
    case at::kBFloat16:
      return "bfloat16";
    case at::kComplexFloat:
      return "complex64";
    case at::kComplexDouble:
      return "complex128";
    case at::kByte:
      return "uint8";
    case at::kChar:
      return "int8";
    case at::kShort:
      return "int16";
    case at::kInt:
      return "int32";
    case at::kLong:
      return "int64";
    case at::kBool:
      return "bool";
    default:
      return at::toString(dtype);
  }
}

std::string text_of(const at::Tensor& tensor) {
  if (!tensor.defined()) return "an undefined tensor";
  return fmt::format("{} {} on {}", name_of_dtype(tensor.scalar_type()),
                     shape_text(tensor.sizes(), false), tensor.device().str());
}

void check_tensor(std::string_view name, const at::Tensor& got, at::ScalarType dtype,
                  at::IntArrayRef sizes, at::Device device) {
  if (got.defined() && got.scalar_type() == dtype && got.device() == device &&
      fits(got.sizes(), sizes)) {
    return;
  }
  fail(name,
       fmt::format("{} {} on {}", name_of_dtype(dtype), shape_text(sizes, false), device.str()),
       got);
}

void check_trailing(std::string_view name, const at::Tensor& got, at::ScalarType dtype,
                    at::IntArrayRef trailing, std::optional<at::Device> device) {
  if (got.defined() && got.scalar_type() == dtype && (!device || got.device() == *device) &&
      got.sizes().size() >= trailing.size() &&
      fits(got.sizes().slice(got.sizes().size() - trailing.size()), trailing)) {
    return;
  }
  std::string expected = fmt::format("{} {}", name_of_dtype(dtype), shape_text(trailing, true));
  if (device) expected += " on " + device->str();
  fail(name, expected, got);
}

bool all_finite(const at::Tensor& tensor) { return at::isfinite(tensor).all().item<bool>(); }

}  // namespace parfocal
