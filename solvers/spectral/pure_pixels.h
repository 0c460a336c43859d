// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace parfocal::solvers {

/// The points of a map whose spectra span it: row numbers of `count` of them.
///
/// Start: the point of largest spectrum, then again after projecting it out (successive
/// projections). Then single replacements until |det [1; E]| of their first count - 1 principal
/// components E grows no more (N-FINDR). Spectra are compared at total signal 1.
///
/// M. Winter, Proc. SPIE 3753, 266 (1999); U. Araujo et al., Chemom. Intell. Lab. Syst. 57, 65 (2001).
/// Layout:     rows [point, channel] float64.
/// Errors:     UsageError for fewer points than spectra.
/// Tested by:  tests/solvers/spectral/pure_pixels_test.cpp.
[[nodiscard]] std::vector<std::int64_t> pure_pixels(const at::Tensor& rows, std::int64_t count);

}  // namespace parfocal::solvers
