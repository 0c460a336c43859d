// SPDX-License-Identifier: Apache-2.0
#include "optics/pupils/zernike.h"

#include <ATen/TensorOperators.h>

#include <cmath>
#include <cstdlib>

#include "core/check.h"

namespace parfocal::optics {
namespace {

/// Jacobi polynomial P_k^(0, m)(x) of x = 2 rho^2 - 1; R_n^m = rho^m P_(n-m)/2 with this sign.
at::Tensor jacobi(std::int64_t k, double m, const at::Tensor& x) {
  at::Tensor before = x * 0.0 + 1.0;
  if (k == 0) return before;
  at::Tensor now = (x * (m + 2.0) - m) * 0.5;
  for (std::int64_t i = 2; i <= k; ++i) {
    const auto d = static_cast<double>(i);
    const double a = 2.0 * d * (d + m) * (2.0 * d + m - 2.0);
    const double b = 2.0 * d + m - 1.0;
    const double c = 2.0 * (d - 1.0) * (d + m - 1.0) * (2.0 * d + m);
    at::Tensor next =
        (now * b * (x * ((2.0 * d + m) * (2.0 * d + m - 2.0)) - m * m) - before * c) / a;
    before = now;
    now = next;
  }
  return now;
}

}  // namespace

ZernikeOrder order_of_noll(std::int64_t j) {
  PARFOCAL_CHECK(j >= 1);
  std::int64_t n = 0;
  while (j > (n + 1) * (n + 2) / 2) ++n;
  const std::int64_t rest = j - n * (n + 1) / 2 - 1;
  const std::int64_t m = n % 2 + 2 * ((rest + (n + 1) % 2) / 2);
  return {n, j % 2 == 0 ? m : -m};
}

ZernikeOrder order_of_osa(std::int64_t j) {
  PARFOCAL_CHECK(j >= 0);
  std::int64_t n = 0;
  while (j >= (n + 1) * (n + 2) / 2) ++n;
  return {n, 2 * j - n * (n + 2)};
}

std::int64_t noll_of(const ZernikeOrder& order) {
  const std::int64_t first = order.n * (order.n + 1) / 2 + 1;
  for (std::int64_t j = first; j <= first + order.n; ++j) {
    if (order_of_noll(j) == order) return j;
  }
  throw LogicError("no Zernike polynomial of n = " + std::to_string(order.n) +
                   ", m = " + std::to_string(order.m));
}

std::int64_t osa_of(const ZernikeOrder& order) { return (order.n * (order.n + 2) + order.m) / 2; }

at::Tensor zernike_noll(std::int64_t j, const at::Tensor& rho, const at::Tensor& theta) {
  const ZernikeOrder order = order_of_noll(j);
  const std::int64_t m = std::abs(order.m);
  const auto radial_order = static_cast<double>(m);
  const double norm = std::sqrt(2.0 * static_cast<double>(order.n + 1) / (m == 0 ? 2.0 : 1.0));
  const at::Tensor radial =
      jacobi((order.n - m) / 2, radial_order, rho * rho * 2.0 - 1.0) * rho.pow(m) * norm;
  if (m == 0) return radial;
  const at::Tensor angle = theta * radial_order;
  return radial * (order.m > 0 ? angle.cos() : angle.sin());
}

}  // namespace parfocal::optics
