// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "core/operators/view.h"
#include "core/tensor/grid.h"

namespace parfocal::optics {

/// Profiles of `values` [n_y, n_x] through the sample nearest to the axis; coordinates in the
/// length unit that keeps them readable, named in the label.
/// Tested by:  tests/optics/views/intensity_view_test.cpp.
[[nodiscard]] Curve cut_along_x(const std::string& name, const at::Tensor& values, const Grid& grid,
                                const std::string& label);
[[nodiscard]] Curve cut_along_y(const std::string& name, const at::Tensor& values, const Grid& grid,
                                const std::string& label);

}  // namespace parfocal::optics
