// SPDX-License-Identifier: Apache-2.0
#include "tests/support/gradient_check.h"

#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "core/tensor/straight_through.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

TEST(Ridders, DifferentiatesAnalyticFunctionsToTwelveDigits) {
  const auto sine = [](double h) { return std::sin(0.7 + h); };
  EXPECT_TRUE(close(ridders_derivative(sine, 0.1), std::cos(0.7), 1e-12));
  const auto steep = [](double h) { return std::exp(5.0 * (0.3 + h)); };
  EXPECT_TRUE(close(ridders_derivative(steep, 0.01), 5.0 * std::exp(1.5), 1e-10));
}

TEST(GradientCheck, AcceptsAutogradAndRestoresTheLeaf) {
  const at::Tensor x = random_normal({3, 40}, at::kDouble, 1).requires_grad_(true);
  const at::Tensor before = x.detach().clone();
  const auto report = check_gradient([&] { return (x.sin() * x).sum(); }, {{"x", x}});
  EXPECT_TRUE(report.good()) << report.table();
  EXPECT_EQ(report.entries.size(), 24u);
  EXPECT_TRUE(identical(x.detach(), before));
}

TEST(GradientCheck, RefusesAGradientThatIsOffByOneInAHundredThousand) {
  const at::Tensor x = random_normal({6}, at::kDouble, 2).requires_grad_(true);
  const auto f = [&] { return x.exp().sum().item<double>(); };
  EXPECT_TRUE(check_gradient(f, {{"x", x}}, {x.detach().exp()}).good());
  const auto wrong = check_gradient(f, {{"x", x}}, {x.detach().exp() * (1.0 + 1e-5)});
  EXPECT_FALSE(wrong.good());
  EXPECT_THAT(wrong.table(), testing::HasSubstr("<- wrong"));
  EXPECT_THAT(wrong.table(), testing::HasSubstr("x[0]"));
}

TEST(GradientCheck, RefusesASurrogateAndAMissingGradient) {
  const at::Tensor x = random_normal({4}, at::kDouble, 3).requires_grad_(true);
  const auto surrogate = [&] { return straight_through(x, x * x).sum(); };
  EXPECT_FALSE(check_gradient(surrogate, {{"x", x}}).good());
  const auto cut_off = [&] { return (x.detach() * 3.0).sum(); };
  EXPECT_FALSE(check_gradient(cut_off, {{"x", x}}).good());
}

TEST(GradientCheck, NanNeverPasses) {
  const at::Tensor x = random_normal({4}, at::kDouble, 4).requires_grad_(true);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto report = check_gradient([&] { return (x * nan).sum(); }, {{"x", x}});
  EXPECT_FALSE(report.good());
  EXPECT_TRUE(std::isnan(report.worst_relative()));
}

}  // namespace
}  // namespace parfocal::test
