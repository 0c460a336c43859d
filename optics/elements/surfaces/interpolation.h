// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace parfocal::optics {

enum class Interpolation { kBilinear, kBicubic };

/// Matrix [positions, n] that interpolates n values at positions in samples; beyond the first and
/// the last sample the outermost values are repeated.
///
///   bilinear:  1 - |t|
///   bicubic:   (3 |t|^3 - 5 |t|^2 + 2) / 2                 |t| <= 1
///              (-|t|^3 + 5 |t|^2 - 8 |t| + 4) / 2          1 < |t| < 2
///
/// R. G. Keys, IEEE Trans. Acoust. Speech Signal Process. 29, 1153 (1981), eq. 15.
/// Precision:  float64.
/// Invariants: every row sums to 1; bicubic reproduces polynomials of second degree inside.
/// Tested by:  tests/optics/elements/surfaces/interpolation_test.cpp.
[[nodiscard]] at::Tensor interpolation_weights(const at::Tensor& positions, std::int64_t n,
                                               Interpolation kind);

}  // namespace parfocal::optics
