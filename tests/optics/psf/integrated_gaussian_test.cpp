// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/integrated_gaussian.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_inv.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/stack.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "core/error.h"
#include "core/operators/parameter_tree.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Length nm(double value) { return Length::from_m(value * 1e-9); }

IntegratedGaussian::Params window(std::int64_t n, double sigma_px = 1.3) {
  IntegratedGaussian::Params params;
  params.size = {n, n};
  params.pitch = {nm(100), nm(100)};
  params.sigma = {nm(100 * sigma_px), nm(100 * sigma_px)};
  return params;
}

struct Placed {
  explicit Placed(const IntegratedGaussian::Params& params) : psf(params, context()) {}
  BuildContext context() {
    BuildContext context;
    context.dtype = at::kDouble;
    context.path = "psf";
    context.parameters = &tree;
    return context;
  }
  ParameterTree tree;
  IntegratedGaussian psf;
};

TEST(PixelShares, AreTheIntegralOfTheNormalDensity) {
  const double center = 0.37, width = 0.8;
  const at::Tensor shares = pixel_shares(at::scalar_tensor(center, at::kDouble),
                                         at::scalar_tensor(width, at::kDouble), 9, 4.0);
  for (std::int64_t i = 0; i < 9; ++i) {
    double sum = 0;  // Simpson
    const int steps = 400;
    for (int k = 0; k <= steps; ++k) {
      const double x = double(i) - 4.5 + double(k) / steps - center;
      const double weight = k == 0 || k == steps ? 1 : k % 2 == 1 ? 4 : 2;
      sum += weight / 3 / steps * std::exp(-0.5 * x * x / (width * width)) /
             (width * std::sqrt(2 * std::numbers::pi));
    }
    EXPECT_NEAR(shares[i].item<double>() / sum, 1.0, 1e-9) << i;
  }
}

TEST(PixelShares, TailsKeepTheirRelativePrecision) {
  const at::Tensor shares = pixel_shares(at::scalar_tensor(0.0, at::kDouble),
                                         at::scalar_tensor(1.0, at::kDouble), 41, 20.0);
  // Q(x) = phi(x) (1/x - 1/x^3 + 3/x^5 - 15/x^7 + 105/x^9 - ...) at 14.5; 15.5 adds 3e-7 of it.
  const auto tail = [](double x) {
    const double r = 1 / (x * x);
    return std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi) / x *
           (1 - r * (1 - 3 * r * (1 - 5 * r * (1 - 7 * r * (1 - 9 * r)))));
  };
  const double expected = tail(14.5) - tail(15.5);
  EXPECT_NEAR(shares[35].item<double>() / expected, 1.0, 1e-8);
  EXPECT_NEAR(shares[5].item<double>() / expected, 1.0, 1e-8);
  EXPECT_NEAR(shares.sum().item<double>(), 1.0, 1e-15);
}

TEST(IntegratedGaussian, LiesWhereTheEmitterIs) {
  IntegratedGaussian::Params params = window(31);
  params.size = {31, 41};
  params.position = {nm(150), nm(-270)};
  const at::Tensor psf = Placed(params).psf.psf()[0];
  const Grid grid = *Placed(params).psf.grid();
  double sum = 0, y = 0, x = 0, yy = 0;
  for (std::int64_t i = 0; i < 31; ++i) {
    for (std::int64_t j = 0; j < 41; ++j) {
      const double p = psf[i][j].item<double>();
      sum += p, y += p * grid.y_m(i), x += p * grid.x_m(j), yy += p * grid.y_m(i) * grid.y_m(i);
    }
  }
  EXPECT_NEAR(sum, 1.0, 1e-12);
  EXPECT_NEAR(y, 150e-9, 1e-15);
  EXPECT_NEAR(x, -270e-9, 1e-15);
  // The width over pixels is s^2 + 1/12.
  EXPECT_NEAR((yy - y * y) * 1e14, 1.3 * 1.3 + 1.0 / 12, 1e-3);
}

/// sqrt of the diagonal of the inverse Fisher information sum_k g g^T / mu.
at::Tensor bounds_of(const at::Tensor& mu, const std::vector<at::Tensor>& derivatives) {
  const at::Tensor g = at::stack(derivatives).flatten(1);
  return at::linalg_inv(at::matmul(g / mu.flatten(), g.t())).diagonal().sqrt();
}

/// d psf / d leaf[entry], by central difference, per unit of the leaf.
at::Tensor derivative(const Placed& placed, const std::string& name, std::int64_t entry) {
  const at::Tensor leaf = placed.tree.all().at("psf." + name).leaf;
  const double h = 1e-5;
  leaf[entry].add_(h);
  const at::Tensor above = placed.psf.psf();
  leaf[entry].sub_(2 * h);
  const at::Tensor below = placed.psf.psf();
  leaf[entry].add_(h);
  return (above - below) / (2 * h);
}

struct Published {
  std::int64_t n;
  double photons, background, x, photons_bound, background_bound, photons_free, background_free,
      sigma_bound;
};

TEST(IntegratedGaussian, BoundsAreThePublishedOnes) {
  const Published cases[] = {{7, 1000, 10, 0.05647, 44.55, 0.7725, 69.92, 1.2464, 0.05953},
                             {13, 1000, 10, 0.05626, 37.85, 0.2726, 41.73, 0.2918, 0.03869},
                             {13, 500, 20, 0.10852, 34.04, 0.3761, 42.70, 0.4058, 0.08036},
                             {13, 5000, 20, 0.02231, 77.97, 0.3951, 81.53, 0.4195, 0.01447}};
  for (const Published& c : cases) {
    const Placed placed(window(c.n));
    const at::Tensor psf = placed.psf.psf();
    const at::Tensor mu = c.photons * psf + c.background;
    const double px = c.photons * 0.1;  // A pixel is 0.1 um.
    std::vector<at::Tensor> d{derivative(placed, "position", 0) * px,
                              derivative(placed, "position", 1) * px, psf, at::ones_like(psf)};
    const at::Tensor fixed = bounds_of(mu, d);
    EXPECT_NEAR(fixed[0].item<double>() / c.x, 1.0, 1e-3);
    EXPECT_NEAR(fixed[1].item<double>() / c.x, 1.0, 1e-3);
    EXPECT_NEAR(fixed[2].item<double>() / c.photons_bound, 1.0, 1e-3);
    EXPECT_NEAR(fixed[3].item<double>() / c.background_bound, 1.0, 1e-3);
    d.push_back((derivative(placed, "sigma", 0) + derivative(placed, "sigma", 1)) * px);
    const at::Tensor free = bounds_of(mu, d);
    EXPECT_NEAR(free[2].item<double>() / c.photons_free, 1.0, 1e-3);
    EXPECT_NEAR(free[3].item<double>() / c.background_free, 1.0, 1e-3);
    EXPECT_NEAR(free[4].item<double>() / c.sigma_bound, 1.0, 1e-3);
  }
}

TEST(IntegratedGaussian, AstigmaticBoundsAreThePublishedOnes) {
  const double published[2][4] = {{0.0, 0.06494, 0.06494, 0.02767},
                                  {0.3, 0.06329, 0.09701, 0.03542}};
  for (const auto& [z, x, y, z_bound] : published) {
    IntegratedGaussian::Params params = window(13);
    params.astigmatism = IntegratedGaussian::Astigmatism{nm(200), nm(400)};
    const double h = 1e-5;
    params.z = {Length::from_m((z - h) * 1e-6), Length::from_m(z * 1e-6),
                Length::from_m((z + h) * 1e-6)};
    const Placed placed(params);
    const at::Tensor stack = placed.psf.psf(), psf = stack[1];
    const at::Tensor bounds = bounds_of(
        1000.0 * psf + 10.0,
        {derivative(placed, "position", 0)[1] * 100.0, derivative(placed, "position", 1)[1] * 100.0,
         (stack[2] - stack[0]) * (1000.0 / (2 * h)), psf, at::ones_like(psf)});
    EXPECT_NEAR(bounds[0].item<double>() / y, 1.0, 1e-3);
    EXPECT_NEAR(bounds[1].item<double>() / x, 1.0, 1e-3);
    EXPECT_NEAR(bounds[2].item<double>() / z_bound, 1.0, 1e-3);
  }
}

TEST(IntegratedGaussian, WidthsFollowTheCurve) {
  IntegratedGaussian::Params params = window(61);
  params.astigmatism = IntegratedGaussian::Astigmatism{nm(200), nm(400), {0.1, -0.2}, {0.05, 0.3}};
  params.z = {nm(-300), nm(0), nm(250)};
  const at::Tensor psf = Placed(params).psf.psf();
  for (std::int64_t k = 0; k < 3; ++k) {
    const double z = params.z[static_cast<std::size_t>(k)].m() * 1e6;
    const auto width = [](double u, double a, double b) {
      return 1.3 * std::sqrt(1 + u * u + a * u * u * u + b * u * u * u * u);
    };
    const double s_y = width((z + 0.2) / 0.4, 0.1, 0.05), s_x = width((z - 0.2) / 0.4, -0.2, 0.3);
    EXPECT_NEAR(psf[k][30][30].item<double>(),
                std::erf(0.5 / (std::sqrt(2.0) * s_y)) * std::erf(0.5 / (std::sqrt(2.0) * s_x)),
                1e-14);
  }
}

TEST(IntegratedGaussian, RefusesAWidthThatIsNone) {
  IntegratedGaussian::Params params = window(5);
  params.astigmatism = IntegratedGaussian::Astigmatism{nm(0), nm(100), {0.0, -3.0}};
  params.z = {nm(0), nm(100)};
  const Placed placed(params);
  EXPECT_THAT([&] { (void)placed.psf.psf(); },
              ThrowsMessage<UsageError>(HasSubstr(
                  "psf.astigmatism: the square of the width of x is -1 times that in focus at z = "
                  "100 nm")));
}

}  // namespace
}  // namespace parfocal::optics
