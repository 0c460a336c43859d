// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>

#include "core/run/safetensors.h"

namespace parfocal {

/// Named tensors and what is said of them.
struct TensorFile {
  std::map<std::string, at::Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// A safetensors file as tensors of LibTorch, on the CPU.
///
/// Layout:     as `core/run/safetensors.h`; strides are not kept, the values are row-major.
/// Precision:  every bit comes back, for bool, 8 to 64 bit integers with and without sign, half,
///             bfloat16, float, double and complex64.
/// Invariants: a tensor that requires a gradient, is a view, or lies on a device is stored by value.
/// Errors:     DataError for a damaged file, NaN in it unless asked for, and more than 64 axes;
///             LogicError for complex128 and other dtypes that the format lacks (store
///             `at::view_as_real` and say so in the metadata); FileError when writing fails.
/// Tested by:  tests/core/tensor/tensor_file_test.cpp.
[[nodiscard]] TensorFile read_tensor_file(const std::filesystem::path& path,
                                          const safetensors::ReadOptions& options = {});
void write_tensor_file(const std::filesystem::path& path, const TensorFile& file,
                       const safetensors::WriteOptions& options = {});

}  // namespace parfocal
