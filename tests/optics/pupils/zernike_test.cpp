// SPDX-License-Identifier: Apache-2.0
#include "optics/pupils/zernike.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "core/check.h"

namespace parfocal::optics {
namespace {

TEST(Zernike, NollListIsThatOfTheArticle) {
  const std::vector<ZernikeOrder> list{{0, 0},  {1, 1}, {1, -1}, {2, 0}, {2, -2}, {2, 2},
                                       {3, -1}, {3, 1}, {3, -3}, {3, 3}, {4, 0}};
  for (std::size_t i = 0; i < list.size(); ++i) {
    EXPECT_EQ(order_of_noll(std::int64_t(i) + 1), list[i]) << i + 1;
  }
  for (std::int64_t j = 1; j <= 500; ++j) {
    EXPECT_EQ(noll_of(order_of_noll(j)), j);
    EXPECT_EQ(osa_of(order_of_osa(j - 1)), j - 1);
  }
  EXPECT_EQ(order_of_osa(4), (ZernikeOrder{2, 0}));
  EXPECT_EQ(order_of_osa(12), (ZernikeOrder{4, 0}));
  EXPECT_THROW((void)order_of_noll(0), LogicError);
}

/// The factorial sum of the definition.
double radial(std::int64_t n, std::int64_t m, double rho) {
  double sum = 0.0;
  const auto factorial = [](std::int64_t k) { return std::tgamma(double(k) + 1.0); };
  for (std::int64_t s = 0; s <= (n - m) / 2; ++s) {
    sum += (s % 2 == 0 ? 1.0 : -1.0) * factorial(n - s) /
           (factorial(s) * factorial((n + m) / 2 - s) * factorial((n - m) / 2 - s)) *
           std::pow(rho, double(n - 2 * s));
  }
  return sum;
}

TEST(Zernike, EqualsTheFactorialSumOfTheDefinition) {
  const double rho = 0.73, theta = 0.4;
  const at::Tensor r = at::tensor({rho}, at::kDouble), t = at::tensor({theta}, at::kDouble);
  for (std::int64_t j = 1; j <= 66; ++j) {
    const auto [n, m] = order_of_noll(j);
    const double norm = std::sqrt(2.0 * double(n + 1) / (m == 0 ? 2.0 : 1.0));
    const double angular = m >= 0 ? std::cos(double(m) * theta) : std::sin(-double(m) * theta);
    EXPECT_NEAR(zernike_noll(j, r, t)[0].item<double>(),
                norm * radial(n, std::abs(m), rho) * angular, 1e-11)
        << j;
  }
}

/// Mean over the disc of a product: 64 Gauss-like radii by midpoints in rho^2, 128 angles.
TEST(Zernike, PolynomialsAreOrthonormalOnTheDisc) {
  std::vector<double> rhos, thetas;
  for (int i = 0; i < 4000; ++i) {
    for (int k = 0; k < 24; ++k) {
      rhos.push_back(std::sqrt((i + 0.5) / 4000));
      thetas.push_back(2 * std::numbers::pi * k / 24);
    }
  }
  const at::Tensor rho = at::tensor(rhos, at::kDouble), theta = at::tensor(thetas, at::kDouble);
  std::vector<at::Tensor> all;
  for (std::int64_t j = 1; j <= 28; ++j) all.push_back(zernike_noll(j, rho, theta));
  const at::Tensor table = at::stack(all);
  const at::Tensor gram = table.matmul(table.t()) / double(rhos.size());
  for (int a = 0; a < 28; ++a)
    for (int b = 0; b < 28; ++b)
      EXPECT_NEAR(gram[a][b].item<double>(), a == b ? 1.0 : 0.0, 1e-5) << a + 1 << " " << b + 1;
}

TEST(Zernike, HighOrdersStayBoundedAndReachTheirEdgeValue) {
  const at::Tensor rho = at::linspace(0, 1, 1001, at::kDouble);
  const at::Tensor z = zernike_noll(noll_of({80, 0}), rho, rho * 0.0);
  EXPECT_NEAR(z[1000].item<double>(), 9.0, 1e-9);  // sqrt(n + 1) R(1)
  EXPECT_LE(z.abs().max().item<double>(), 9.0 + 1e-9);
}

}  // namespace
}  // namespace parfocal::optics
