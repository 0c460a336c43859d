// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "core/tensor/grid.h"

namespace parfocal::optics {

/// The one gate of every constraint and export: a real floating [n_y, n_x] map on its grid.
///
/// Errors:     UsageError naming both sizes; NumericError naming the first pixel that is not
///             finite; LogicError for a map that is not of floating type.
/// Tested by:  tests/optics/fabrication/height_range_test.cpp.
void check_heights(const std::string& who, const at::Tensor& height, const Grid& grid);

}  // namespace parfocal::optics
