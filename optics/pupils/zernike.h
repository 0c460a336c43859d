// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace parfocal::optics {

/// Radial order n and azimuthal order m of a Zernike polynomial; m < 0 is the sine.
struct ZernikeOrder {
  std::int64_t n = 0, m = 0;
  friend bool operator==(const ZernikeOrder&, const ZernikeOrder&) = default;
};

/// Noll index from 1: (0,0) (1,1) (1,-1) (2,0) (2,-2) (2,2) (3,-1) (3,1) ...
[[nodiscard]] ZernikeOrder order_of_noll(std::int64_t j);
/// OSA/ANSI index from 0, j = (n (n + 2) + m) / 2.
[[nodiscard]] ZernikeOrder order_of_osa(std::int64_t j);
[[nodiscard]] std::int64_t noll_of(const ZernikeOrder& order);
[[nodiscard]] std::int64_t osa_of(const ZernikeOrder& order);

/// A Zernike polynomial, orthonormal on the unit disc: its mean square there is 1.
///
///   Z = N R_n^|m|(rho) cos(m theta)  (m >= 0),   N R_n^|m|(rho) sin(|m| theta)  (m < 0)
///   N = sqrt(2 (n + 1) / (1 + [m = 0]))
///
/// R. J. Noll, J. Opt. Soc. Am. 66, 207 (1976). The radial part by the recurrence in n of the
/// Jacobi polynomials (E. Kintner, Opt. Acta 23, 679 (1976)), stable to high orders.
/// Convention: theta = atan2(y, x), y down, x right.
/// Layout:     rho, theta and the result of one shape, float64; the polynomial is evaluated outside
///             the disc too.
/// Errors:     LogicError for j < 1.
/// Tested by:  tests/optics/pupils/zernike_test.cpp.
[[nodiscard]] at::Tensor zernike_noll(std::int64_t j, const at::Tensor& rho,
                                      const at::Tensor& theta);

}  // namespace parfocal::optics
