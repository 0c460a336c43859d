// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace parfocal::smlm {

/// Turns samples into the coefficients of the cubic B-spline through them, along every axis:
///
///   s_k = sum_j c_j beta3(k - j),     beta3(0, 1/2, 1, 3/2) = 2/3, 23/48, 1/6, 1/48
///
/// by the recursion with the pole sqrt(3) - 2 to both sides.
///
/// M. Unser, A. Aldroubi, M. Eden, IEEE Trans. Signal Process. 41, 821 (1993).
/// Convention: the ends are mirrored: s_(-k) = s_k.
/// Layout:     values[(z n_y + y) n_x + x], in place.
/// Invariants: the spline goes through the samples to 1e-12; cubics come out exactly away from the
///             ends.
/// Tested by:  tests/forward_models/bspline_test.cpp.
void to_bspline_coefficients(std::vector<double>& values, std::int64_t n_z, std::int64_t n_y,
                             std::int64_t n_x);

/// Weights of the coefficients floor(t) - 1 .. floor(t) + 2 at t, for t - floor(t) = `fraction`.
struct BsplineWeights {
  double value[4], slope[4];
};
[[nodiscard]] BsplineWeights bspline_weights(double fraction);

}  // namespace parfocal::smlm
