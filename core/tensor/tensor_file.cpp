// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/tensor_file.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <utility>

#include "core/check.h"
#include "core/error.h"
#include "core/tensor/tensor_checks.h"

namespace parfocal {
namespace {

using safetensors::Dtype;

constexpr std::size_t kMostAxes = 64;  // of LibTorch's element-wise operations

constexpr std::array<std::pair<Dtype, at::ScalarType>, 14> kDtypes = {
    {{Dtype::kBool, at::kBool},
     {Dtype::kU8, at::kByte},
     {Dtype::kI8, at::kChar},
     {Dtype::kI16, at::kShort},
     {Dtype::kU16, at::kUInt16},
     {Dtype::kF16, at::kHalf},
     {Dtype::kBf16, at::kBFloat16},
     {Dtype::kI32, at::kInt},
     {Dtype::kU32, at::kUInt32},
     {Dtype::kF32, at::kFloat},
     {Dtype::kF64, at::kDouble},
     {Dtype::kI64, at::kLong},
     {Dtype::kU64, at::kUInt64},
     {Dtype::kC64, at::kComplexFloat}}};

at::ScalarType scalar_type_of(Dtype dtype) {
  for (const auto& [stored, type] : kDtypes) {
    if (stored == dtype) return type;
  }
  throw LogicError("tensor file: a dtype without a counterpart in LibTorch");
}

Dtype stored_type_of(const std::string& name, at::ScalarType type) {
  for (const auto& [stored, known] : kDtypes) {
    if (known == type) return stored;
  }
  throw LogicError(fmt::format("tensor \"{}\": a safetensors file has no {}{}", name,
                               name_of_dtype(type),
                               type == at::kComplexDouble ? "; store its view_as_real" : ""));
}

at::Tensor tensor_of(const safetensors::StoredTensor& stored) {
  at::Tensor tensor = at::empty(stored.shape, scalar_type_of(stored.dtype));
  if (!stored.bytes.empty()) {
    std::memcpy(tensor.mutable_data_ptr(), stored.bytes.data(), stored.bytes.size());
  }
  return tensor;
}

safetensors::StoredTensor stored_of(const std::string& name, const at::Tensor& tensor) {
  PARFOCAL_CHECK(tensor.defined());
  const Dtype dtype = stored_type_of(name, tensor.scalar_type());
  const at::Tensor plain = tensor.detach().resolve_conj().resolve_neg().cpu().contiguous();
  const std::span values(static_cast<const std::byte*>(plain.const_data_ptr()), plain.nbytes());
  return {name, dtype, plain.sizes().vec(), {values.begin(), values.end()}};
}

}  // namespace

TensorFile read_tensor_file(const std::filesystem::path& path,
                            const safetensors::ReadOptions& options) {
  safetensors::Contents contents = safetensors::read(path, options);
  TensorFile file{{}, std::move(contents.metadata)};
  for (const safetensors::StoredTensor& stored : contents.tensors) {
    if (stored.shape.size() > kMostAxes) {
      throw DataError(fmt::format("{}: tensor \"{}\": has {} axes, the limit is {}", path.string(),
                                  stored.name, stored.shape.size(), kMostAxes));
    }
    file.tensors.emplace(stored.name, tensor_of(stored));
  }
  return file;
}

void write_tensor_file(const std::filesystem::path& path, const TensorFile& file,
                       const safetensors::WriteOptions& options) {
  safetensors::Contents contents{{}, file.metadata};
  for (const auto& [name, tensor] : file.tensors) {
    contents.tensors.push_back(stored_of(name, tensor));
  }
  safetensors::write(path, contents, options);
}

}  // namespace parfocal
