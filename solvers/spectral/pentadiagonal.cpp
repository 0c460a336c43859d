// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/pentadiagonal.h"

namespace parfocal::solvers {
namespace {

/// Sum over rows of D of the outer products; `taps` stand at columns i .. i + taps - 1.
PentadiagonalRows penalty(std::size_t n, const std::vector<double>& taps) {
  PentadiagonalRows rows(n, {0, 0, 0, 0, 0});
  for (std::size_t first = 0; first + taps.size() <= n; ++first) {
    for (std::size_t a = 0; a < taps.size(); ++a) {
      for (std::size_t b = 0; b < taps.size(); ++b) {
        rows[first + a][2 + b - a] += taps[a] * taps[b];
      }
    }
  }
  return rows;
}

}  // namespace

PentadiagonalRows first_difference_penalty(std::size_t n) { return penalty(n, {-1, 1}); }
PentadiagonalRows second_difference_penalty(std::size_t n) { return penalty(n, {1, -2, 1}); }

std::vector<double> solve_pentadiagonal(PentadiagonalRows rows, const std::vector<double>& given) {
  std::vector<long double> right(given.begin(), given.end());
  const std::size_t n = rows.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t down = 1; down <= 2 && i + down < n; ++down) {
      std::array<long double, 5>& row = rows[i + down];
      const long double factor = row[2 - down] / rows[i][2];
      for (std::size_t k = 1; k <= 2; ++k) row[2 - down + k] -= factor * rows[i][2 + k];
      right[i + down] -= factor * right[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = 1; k <= 2 && i + k < n; ++k) right[i] -= rows[i][2 + k] * right[i + k];
    right[i] /= rows[i][2];
  }
  std::vector<double> z(n);
  for (std::size_t i = 0; i < n; ++i) z[i] = static_cast<double>(right[i]);
  return z;
}

}  // namespace parfocal::solvers
