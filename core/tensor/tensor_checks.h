// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <string_view>

namespace parfocal {

/// "float32", "complex128", "int64", "bool", ...
[[nodiscard]] std::string name_of_dtype(at::ScalarType dtype);

/// "float64 [480, 640] on cpu", or "an undefined tensor".
[[nodiscard]] std::string text_of(const at::Tensor& tensor);

/// Throws LogicError "NAME: expected float32 [B, 1, 480, 640] on cpu, got float64 [480, 640] on
/// cpu" unless dtype, sizes and device fit. A size of -1 accepts any number, shown as B in front
/// and as * elsewhere.
/// Tested by: tests/core/tensor/tensor_checks_test.cpp.
void check_tensor(std::string_view name, const at::Tensor& got, at::ScalarType dtype,
                  at::IntArrayRef sizes, at::Device device = at::kCPU);

/// The same for the trailing axes; any number of leading axes is accepted and shown as "...".
/// Without a device, every device is accepted.
void check_trailing(std::string_view name, const at::Tensor& got, at::ScalarType dtype,
                    at::IntArrayRef trailing, std::optional<at::Device> device = std::nullopt);

/// No NaN and no infinity; an integer tensor is finite.
[[nodiscard]] bool all_finite(const at::Tensor& tensor);

}  // namespace parfocal
