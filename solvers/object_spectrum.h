// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/config/schema.h"

namespace parfocal {

/// Second-order statistics of objects, as a linear estimator needs them.
///
///   S(f) = c / (f^2 + 1 / correlation^2),   mean over the grid of S = variance
///
/// D. L. Ruderman, W. Bialek, Phys. Rev. Lett. 73, 814 (1994): 1/f^2 for natural images.
/// Convention: f in cycles per pixel, |f|^2 = f_y^2 + f_x^2; periodic grid; object value 1 is white.
/// Layout:     power() [n_y, n_x / 2 + 1], float64, the half plane of a real transform.
/// Units:      correlation in pixels.
/// Tested by:  tests/solvers/wiener_filter_test.cpp (published values).
struct ObjectSpectrum {
  double mean = 0.5;
  double variance = 0.06;
  double correlation = 64.0;
  static void describe(Schema<ObjectSpectrum>& s);

  [[nodiscard]] at::Tensor power(std::int64_t n_y, std::int64_t n_x) const;
};

/// How often each sample of a half plane stands for one of the whole: 1 or 2, [n_x / 2 + 1],
/// float64.
[[nodiscard]] at::Tensor half_plane_counts(std::int64_t n_x);

/// Mean over the whole plane of real values on its half [..., n_y, n_x / 2 + 1], in float64.
[[nodiscard]] at::Tensor plane_mean(const at::Tensor& half, std::int64_t n_x);

}  // namespace parfocal
