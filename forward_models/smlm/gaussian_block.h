// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "core/operators/emitter_block.h"
#include "core/tensor/simd_level.h"

namespace parfocal::smlm {

/// The Gaussian of `GaussianEmitters` in pixels.
struct GaussianShape {
  std::int64_t n_y = 0, n_x = 0;
  double sigma_x_px = 1.0;
  double y_over_x = 1.0;  ///< Width along y over that along x, both in pixels.
  bool free_width = false;
};

/// Sides of a window, in pixels.
inline constexpr std::int64_t kSmallestWindow = 5, kLargestWindow = 64;

/// x, y, photons, background and, where the width is free, sigma (along x).
[[nodiscard]] std::vector<EmitterParameter> gaussian_parameters(const GaussianShape& shape);

/// Fits of `gaussian_parameters`.
[[nodiscard]] std::shared_ptr<const EmitterBlock> make_gaussian_block(
    const GaussianShape& shape, SimdLevel level = best_simd_level());

using GaussianEvaluate = void (*)(const GaussianShape&, const EmitterWindows&, const double* theta,
                                  EmitterSums&);
namespace baseline {
extern const GaussianEvaluate kEvaluateGaussian;
}
namespace avx2 {
extern const GaussianEvaluate kEvaluateGaussian;
}
namespace avx512 {
extern const GaussianEvaluate kEvaluateGaussian;
}

}  // namespace parfocal::smlm
