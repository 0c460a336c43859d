// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/electron_multiplication.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace parfocal::optics {
namespace {

constexpr double kGain = 300.0, kReadNoise = 74.4;

ElectronMultiplication camera(double gain = kGain, double read_noise = kReadNoise) {
  return {at::scalar_tensor(gain, at::kDouble), at::scalar_tensor(read_noise, at::kDouble)};
}

double normal(double x, double s) {
  return std::exp(-0.5 * x * x / (s * s)) / (s * std::sqrt(2.0 * std::numbers::pi));
}

/// sum over n of Poisson(n; nu) times the gamma density of n electrons convolved with the read, by
/// Simpson's rule: no Bessel function.
double by_sum(double nu, double z, double g, double s) {
  double p = std::exp(-nu) * normal(z, s);
  const double low = std::max(0.0, z - 12 * s), high = std::max(z + 12 * s, 2 * s);
  const int steps = 4000;
  const double h = (high - low) / steps;
  const int last = static_cast<int>(nu + 12 * std::sqrt(nu) + 25);
  for (int i = 0; i <= steps; ++i) {
    const double u = low + h * i;
    const double simpson = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
    double density = 0;
    for (int n = 1; n <= last; ++n) {
      if (u == 0) {
        density += n == 1 ? std::exp(-nu) * nu / g : 0;
        continue;
      }
      density += std::exp(-nu + n * std::log(nu) - std::lgamma(n + 1.0) - u / g - n * std::log(g) +
                          (n - 1) * std::log(u) - std::lgamma(static_cast<double>(n)));
    }
    p += simpson * h / 3 * density * normal(z - u, s);
  }
  return p;
}

TEST(ElectronMultiplication, DensityIsTheSumOverAllElectronNumbers) {
  for (const double nu : {0.01, 0.5, 4.0, 40.0}) {
    for (const double z : {-200.0, 0.0, 60.0, 300.0, 1000.0, 9000.0, 14000.0}) {
      const double expected = by_sum(nu, z, kGain, kReadNoise);
      const double got =
          camera()
              .log_density(at::full({1}, nu, at::kDouble), at::full({1}, z, at::kDouble))
              .item<double>();
      if (expected < 1e-200) continue;
      EXPECT_NEAR(got, std::log(expected), expected > 1e-15 ? 1e-8 : 1e-5)
          << nu << " electrons, z = " << z;
    }
  }
}

TEST(ElectronMultiplication, DensityHoldsWhereTheReadNoiseReachesTheGain) {
  for (const double z : {-100.0, 0.0, 100.0, 500.0}) {
    const double got =
        camera(100.0, 100.0)
            .log_density(at::full({1}, 2.0, at::kDouble), at::full({1}, z, at::kDouble))
            .item<double>();
    EXPECT_NEAR(got, std::log(by_sum(2.0, z, 100.0, 100.0)), 1e-8) << z;
  }
}

TEST(ElectronMultiplication, DensityHasThePowerAndMomentsOfTheProcess) {
  for (const double nu : {0.3, 8.0, 500.0}) {
    const double spread = std::sqrt(2 * nu + 1) * kGain;
    const at::Tensor z = at::linspace(std::max(-700.0, nu * kGain - 9 * spread),
                                      nu * kGain + 9 * spread + 9000, 40001, at::kDouble);
    const double step = (z[1] - z[0]).item<double>();
    const at::Tensor p = camera().log_density(at::full({40001}, nu, at::kDouble), z).exp() * step;
    EXPECT_NEAR(p.sum().item<double>(), 1.0, 1e-7);
    const double mean = (p * z).sum().item<double>();
    EXPECT_NEAR(mean / (nu * kGain), 1.0, 1e-6);
    const double variance = (p * (z - mean).square()).sum().item<double>();
    EXPECT_NEAR(variance / (2 * nu * kGain * kGain + kReadNoise * kReadNoise), 1.0, 1e-5);
  }
}

TEST(ElectronMultiplication, ScoreIsTheDerivativeInTheElectrons) {
  for (const double nu : {0.05, 1.0, 30.0}) {
    const at::Tensor z = at::tensor({-100.0, 0.0, 150.0, 700.0, 1e4}, at::kDouble);
    const auto log_p = [&](double v) {
      return camera().log_density(at::full({5}, v, at::kDouble), z);
    };
    const double h = 1e-4 * nu;
    const at::Tensor slope = (log_p(nu + h) - log_p(nu - h)) / (2 * h);
    const at::Tensor score = camera().score(at::full({5}, nu, at::kDouble), z);
    EXPECT_LE(((slope - score) / (score.abs() + 1.0)).abs().max().item<double>(), 1e-6);
  }
}

TEST(ElectronMultiplication, GradientsInGainReadNoiseAndCountsAreExact) {
  at::Tensor gain = at::scalar_tensor(kGain, at::kDouble).set_requires_grad(true);
  at::Tensor read_noise = at::scalar_tensor(kReadNoise, at::kDouble).set_requires_grad(true);
  at::Tensor z = at::tensor({-50.0, 30.0, 400.0, 2000.0}, at::kDouble).set_requires_grad(true);
  const at::Tensor nu = at::full({4}, 1.3, at::kDouble);
  ElectronMultiplication{gain, read_noise}.log_density(nu, z).sum().backward();
  const auto total = [&](double g, double s, double shift) {
    return camera(g, s).log_density(nu, z.detach() + shift).sum().item<double>();
  };
  const double h = 1e-3;
  const auto check = [&](const at::Tensor& grad, double above, double below) {
    const double expected = (above - below) / (2 * h);
    EXPECT_NEAR(grad.sum().item<double>() / expected, 1.0, 1e-6);
  };
  check(gain.grad(), total(kGain + h, kReadNoise, 0), total(kGain - h, kReadNoise, 0));
  check(read_noise.grad(), total(kGain, kReadNoise + h, 0), total(kGain, kReadNoise - h, 0));
  check(z.grad(), total(kGain, kReadNoise, h), total(kGain, kReadNoise, -h));
}

TEST(ElectronMultiplication, InformationRelativeToPoissonIsThePublishedOne) {
  const std::pair<double, double> published[] = {{0.1, 0.5403}, {1, 0.5758},  {3, 0.5394},
                                                 {10, 0.5116},  {30, 0.5037}, {100, 0.5011}};
  for (const auto& [nu, share] : published) {
    EXPECT_NEAR(nu * camera().information(nu), share, 1e-4) << nu;
  }
}

TEST(ElectronMultiplication, InformationWithoutReadNoiseIsThatOfTheRegisterAlone) {
  // Without a read the electrons say by themselves whether there were none: p = e^-nu at 0, and
  // I = integral over u of q^2 / p - 1 beyond, by Simpson in sqrt(u / g).
  for (const double nu : {0.1, 1.0, 10.0}) {
    double sum = 0;
    const int steps = 20000;
    const double last = 12 + 3 * std::sqrt(nu), h = last / steps;
    for (int i = 1; i <= steps; ++i) {
      const double v = h * i, x = 2 * std::sqrt(nu) * v;
      const double weight = i == steps ? 1 : i % 2 == 1 ? 4 : 2;
      const double i0 = std::cyl_bessel_i(0.0, x), i1 = std::cyl_bessel_i(1.0, x);
      const double common = std::exp(-nu - v * v);
      const double p = common * std::sqrt(nu) / v * i1, q = common * i0;
      sum += weight * h / 3 * (q - p) * (q - p) / p * 2 * v;
    }
    const double expected = std::exp(-nu) + sum;
    EXPECT_NEAR(camera(300.0, 0.3).information(nu) / expected, 1.0, 5e-3) << nu;
    EXPECT_NEAR(camera(300.0, 0.03).information(nu) / expected, 1.0, 1e-3) << nu;
  }
}

TEST(ElectronMultiplication, IsFiniteFarOutside) {
  const at::Tensor z = at::tensor({-3000.0, 1e6, -3000.0, 1e6}, at::kDouble);
  const at::Tensor nu = at::tensor({1e-3, 1e-3, 1e5, 1e5}, at::kDouble);
  EXPECT_TRUE(camera().log_density(nu, z).isfinite().all().item<bool>());
  EXPECT_TRUE(camera().score(nu, z).isfinite().all().item<bool>());
}

}  // namespace
}  // namespace parfocal::optics
