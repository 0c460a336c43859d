// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "datasets/formats/array.h"

namespace parfocal::datasets {

/// Numbers of a file as a float64 tensor of the same shape. Integers up to 2^53 are exact; complex
/// samples are refused with DataError, since no image of this library is complex on disk.
[[nodiscard]] at::Tensor tensor_from_array(const formats::Array& array);

/// A real tensor for a writer: float64 and uint8 as they are, other dtypes as float32.
[[nodiscard]] formats::Array array_from_tensor(const at::Tensor& tensor);

/// Largest value of an integer sample type; infinity for floating-point types.
[[nodiscard]] double largest_value(formats::SampleType type);

}  // namespace parfocal::datasets
