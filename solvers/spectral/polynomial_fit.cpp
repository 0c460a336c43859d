// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/polynomial_fit.h"

#include <cmath>

namespace parfocal::solvers {
namespace {

double inner(std::span<const double> a, std::span<const double> b, const std::vector<bool>& kept) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (kept[i]) sum += a[i] * b[i];
  }
  return sum;
}

}  // namespace

PolynomialFit::PolynomialFit(std::size_t n, std::int64_t order, const std::vector<bool>& kept)
    : kept_(kept.empty() ? std::vector<bool>(n, true) : kept) {
  std::vector<double> x(n), power(n, 1.0);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = n > 1 ? 2.0 * static_cast<double>(i) / static_cast<double>(n - 1) - 1.0 : 0.0;
  }
  for (std::int64_t degree = 0; degree <= order; ++degree) {
    std::vector<double> column = power;
    for (int pass = 0; pass < 2; ++pass) {
      for (const std::vector<double>& other : basis_) {
        const double share = inner(column, other, kept_);
        for (std::size_t i = 0; i < n; ++i) column[i] -= share * other[i];
      }
    }
    const double length = std::sqrt(inner(column, column, kept_));
    if (length < 1e-12) break;  // More degrees than samples.
    for (double& value : column) value /= length;
    basis_.push_back(std::move(column));
    for (std::size_t i = 0; i < n; ++i) power[i] *= x[i];
  }
}

std::vector<double> PolynomialFit::fit(std::span<const double> y) const {
  std::vector<double> z(y.size(), 0.0);
  for (const std::vector<double>& column : basis_) {
    const double share = inner(y, column, kept_);
    for (std::size_t i = 0; i < z.size(); ++i) z[i] += share * column[i];
  }
  return z;
}

}  // namespace parfocal::solvers
