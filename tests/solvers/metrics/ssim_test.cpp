// SPDX-License-Identifier: Apache-2.0
#include "solvers/metrics/ssim.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/tensor/random.h"
#include "tests/support/gradient_check.h"

namespace parfocal::solvers {
namespace {

constexpr std::int64_t kNy = 14, kNx = 17;

at::Tensor image(std::uint64_t seed) { return RandomStream(seed).uniform({1, 1, kNy, kNx}); }

double ssim(const at::Tensor& e, const at::Tensor& x, std::optional<double> range = 1.0,
            ScaleMatch scale = ScaleMatch::kNone) {
  Ssim::Params params;
  params.scale = scale;
  params.data_range = range;
  return Ssim(params).evaluate(e, x).item<double>();
}

/// The definition, window by window, with two-dimensional weights and central moments.
double direct_ssim(const at::Tensor& e, const at::Tensor& x, double range) {
  const auto a = e.accessor<double, 4>(), b = x.accessor<double, 4>();
  const double c1 = std::pow(0.01 * range, 2), c2 = std::pow(0.03 * range, 2);
  const auto weight = [](std::int64_t i, std::int64_t j) {
    return std::exp(-static_cast<double>(i * i + j * j) / (2.0 * 1.5 * 1.5));
  };
  double sum = 0.0, count = 0.0;
  for (std::int64_t y = 5; y < kNy - 5; ++y) {
    for (std::int64_t x0 = 5; x0 < kNx - 5; ++x0) {
      double w = 0.0, ma = 0.0, mb = 0.0, va = 0.0, vb = 0.0, cov = 0.0;
      const auto each = [&](auto visit) {
        for (std::int64_t i = -5; i <= 5; ++i) {
          for (std::int64_t j = -5; j <= 5; ++j) {
            visit(weight(i, j), a[0][0][y + i][x0 + j], b[0][0][y + i][x0 + j]);
          }
        }
      };
      each([&](double k, double p, double q) {
        w += k;
        ma += k * p;
        mb += k * q;
      });
      ma /= w;
      mb /= w;
      each([&](double k, double p, double q) {
        va += k * (p - ma) * (p - ma) / w;
        vb += k * (q - mb) * (q - mb) / w;
        cov += k * (p - ma) * (q - mb) / w;
      });
      sum += (2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
      count += 1.0;
    }
  }
  return sum / count;
}

TEST(Ssim, IsTheDefinitionWindowByWindow) {
  const at::Tensor x = image(1);
  const at::Tensor e = 0.7 * x + 0.3 * image(2);
  EXPECT_NEAR(ssim(e, x), direct_ssim(e, x, 1.0), 1e-12);
  EXPECT_NEAR(ssim(e, x, 2.5), direct_ssim(e, x, 2.5), 1e-12);
  EXPECT_LT(ssim(e, x), 0.95);
}

TEST(Ssim, ConstantImagesDifferByTheirMeansOnly) {
  const at::Tensor x = at::full({1, 1, kNy, kNx}, 0.8, at::kDouble);
  const double c1 = 1e-4;
  const double expected = (2 * 0.5 * 0.8 + c1) / (0.25 + 0.64 + c1);
  EXPECT_NEAR(ssim(at::full_like(x, 0.5), x), expected, 1e-12);
}

TEST(Ssim, EqualImagesAreOneAndNegativesBelowZero) {
  const at::Tensor x = image(3);
  EXPECT_NEAR(ssim(x, x), 1.0, 1e-14);
  EXPECT_LT(ssim(1.0 - x, x), 0.0);
}

TEST(Ssim, WithoutRangeACommonFactorChangesNothing) {
  const at::Tensor x = image(4), e = image(5);
  EXPECT_NEAR(ssim(7.0 * e, 7.0 * x, {}), ssim(e, x, {}), 1e-12);
  EXPECT_NEAR(ssim(e, x, {}), direct_ssim(e, x, x.max().item<double>()), 1e-12);
  EXPECT_NEAR(ssim(7.0 * e, x, {}, ScaleMatch::kMaximum), ssim(e, x, {}, ScaleMatch::kMaximum),
              1e-12);
}

TEST(Ssim, ChannelsAndItemsAreComparedOnTheirOwn) {
  const at::Tensor x = RandomStream(6).uniform({2, 3, kNy, kNx});
  const at::Tensor e = RandomStream(7).uniform({2, 3, kNy, kNx});
  Ssim::Params params;
  params.data_range = 1.0;
  const at::Tensor both = Ssim(params).evaluate(e, x);
  for (std::int64_t item = 0; item < 2; ++item) {
    double mean = 0.0;
    for (std::int64_t c = 0; c < 3; ++c) {
      const auto one = [&](const at::Tensor& t) { return t.narrow(0, item, 1).narrow(1, c, 1); };
      mean += direct_ssim(one(e), one(x), 1.0) / 3.0;
    }
    EXPECT_NEAR(both[item].item<double>(), mean, 1e-12);
  }
}

TEST(Ssim, GradientsAreThoseOfDifferences) {
  const at::Tensor e = image(8).requires_grad_(true), x = image(9).requires_grad_(true);
  const at::Tensor range = at::ones({1}, at::kDouble);
  const auto report = test::check_gradient(
      [&] { return ssim_map(e, x, range, SsimWindow{}, "test").mean(); }, {{"e", e}, {"x", x}});
  EXPECT_TRUE(report.good()) << report.table();
}

TEST(Ssim, SmallImagesAndNumbersThatAreNoneAreRefused) {
  const at::Tensor small = at::full({1, 1, 10, 20}, 0.5, at::kDouble);
  EXPECT_THROW(ssim(small, small), UsageError);
  const at::Tensor x = image(10);
  EXPECT_THROW(ssim(x * std::nan(""), x), NumericError);
  EXPECT_THROW(ssim(x, -x, {}), NumericError);
}

}  // namespace
}  // namespace parfocal::solvers
