// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace parfocal {

enum class DifferenceBoundary { kCircular, kOpen };

/// First differences along y and x, each of the size of the image.
struct Differences {
  at::Tensor y;
  at::Tensor x;
};

/// First differences of an image and their exact adjoint.
///
///   circular:  D1 v[i, j] = v[i-1, j] - v[i, j],   D2 v[i, j] = v[i, j-1] - v[i, j]   (modulo P)
///   open:      D1 v[i, j] = v[i, j] - v[i+1, j],   0 in the last row; D2 likewise
///
/// Layout:     v [..., p_y, p_x]; the last row (column) of an open difference is 0 and is ignored
///             by the adjoint.
/// Tested by:  tests/solvers/priors_test.cpp (adjoint gap, plane wave, loops).
[[nodiscard]] Differences differences(const at::Tensor& v, DifferenceBoundary boundary);
[[nodiscard]] at::Tensor differences_adjoint(const Differences& d, DifferenceBoundary boundary);

/// L(k, l) = 4 - 2 cos(2 pi k / p_y) - 2 cos(2 pi l / p_x), the spectrum of the circular D^T D, as
/// a column of p_y and a row of p_x / 2 + 1 numbers whose sum it is; float64.
struct LaplacianSpectrum {
  at::Tensor y;  ///< [p_y, 1]
  at::Tensor x;  ///< [p_x / 2 + 1]
};
[[nodiscard]] LaplacianSpectrum laplacian_spectrum(std::int64_t p_y, std::int64_t p_x);

}  // namespace parfocal
