// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace parfocal::optics {

/// Gradient noise over a plane, with its exact slope.
///
///   noise(y, x) = sum_ab w_a(t) w_b(u) g_ab . (t - a, u - b)      a, b in {0, 1}
///   w_1(t) = fade(t) = 6 t^5 - 15 t^4 + 10 t^3,   w_0 = 1 - w_1,   t = y - floor(y)
///
/// K. Perlin, "Improving noise", ACM Trans. Graph. 21, 681 (2002) for the fade.
/// Convention: coordinates in lattice pitches, lattice point (0, 0) on the axis; the gradients g
///             are unit vectors in 16 directions, multiples of 22.5 degrees.
/// Layout:     y [n_y], x [n_x] float64 on the CPU -> all [n_y, n_x].
/// Units:      value 1; slopes per lattice pitch.
/// Invariants: the noise is 0 at every lattice point and |noise| <= sqrt(1/2); it and its slopes
///             are continuous, so are the second derivatives; deterministic in `seed`, the same
///             reach |y|, |x| shows the same noise.
/// Tested by:  tests/optics/elements/surfaces/contour_test.cpp.
struct PerlinNoise {
  at::Tensor value, slope_y, slope_x;
};
[[nodiscard]] PerlinNoise perlin_noise(const at::Tensor& y, const at::Tensor& x,
                                       std::uint64_t seed);

}  // namespace parfocal::optics
