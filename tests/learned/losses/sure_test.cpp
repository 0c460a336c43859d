// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/sure.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "optics/detectors/gaussian_detector.h"
#include "tests/learned/losses/plain_camera.h"
#include "tests/support/gradient_check.h"

namespace parfocal::test {
namespace {

constexpr std::array<double, 4> kMean{1.0, 2.0, 0.5, 3.0};

/// f_i = 0.8 y_i + 0.1 y_(i+1) + 0.05 y_i^2, cyclic.
at::Tensor decoder(const at::Tensor& y) {
  return y * 0.8 + at::roll(y, {-1}, {-1}) * 0.1 + y.square() * 0.05;
}

/// Values with weights.
struct Nodes {
  std::vector<double> value, weight;
};

/// g Poisson(u / g) + N(0, s) as a decoder of second degree sees it: every count within 9 standard
/// deviations times three Hermite nodes, which are exact up to the fifth moment.
Nodes noisy_pixel(double u, double g, double s) {
  Nodes nodes;
  const auto add = [&](double value, double p) {
    for (const int e : {-1, 0, 1}) {
      nodes.value.push_back(value + s * std::sqrt(3.0) * e);
      nodes.weight.push_back(p * (e == 0 ? 2.0 / 3.0 : 1.0 / 6.0));
    }
  };
  if (g == 0.0) {
    add(u, 1.0);
    return nodes;
  }
  const double lambda = u / g, width = 9.0 * std::sqrt(lambda) + 9.0;
  const auto first = static_cast<int>(std::max(0.0, lambda - width));
  for (int z = first; z <= static_cast<int>(lambda + width); ++z) {
    add(g * z, std::exp(z * std::log(lambda) - lambda - std::lgamma(z + 1.0)));
  }
  return nodes;
}

/// The next pixel enters f_i to the first degree: two nodes have its mean and variance.
Nodes next_pixel(double u, double g, double s) {
  const double deviation = std::sqrt(g * u + s * s);
  return {{u - deviation, u + deviation}, {0.5, 0.5}};
}

/// Every y of pixels i and i + 1 (the others do not matter to f_i), and its probability.
struct Cases {
  at::Tensor y, probability;
};
Cases cases_of(std::size_t i, double g, double s) {
  const Nodes here = noisy_pixel(kMean[i], g, s), next = next_pixel(kMean[(i + 1) % 4], g, s);
  const auto count = static_cast<std::int64_t>(here.value.size() * next.value.size());
  Cases cases{at::full({count, 1, 1, 4}, 1.0, at::kDouble), at::zeros({count}, at::kDouble)};
  auto y = cases.y.accessor<double, 4>();
  auto p = cases.probability.accessor<double, 1>();
  std::int64_t row = 0;
  for (std::size_t a = 0; a < here.value.size(); ++a) {
    for (std::size_t b = 0; b < next.value.size(); ++b, ++row) {
      y[row][0][0][static_cast<std::int64_t>(i)] = here.value[a];
      y[row][0][0][static_cast<std::int64_t>((i + 1) % 4)] = next.value[b];
      p[row] = here.weight[a] * next.weight[b];
    }
  }
  return cases;
}

double expectation(const at::Tensor& map, const Cases& cases, std::size_t i) {
  return (map.flatten(1).select(1, static_cast<std::int64_t>(i)) * cases.probability)
      .sum()
      .item<double>();
}

double true_error(double g, double s) {
  double sum = 0.0;
  for (std::size_t i = 0; i < 4; ++i) {
    const Cases cases = cases_of(i, g, s);
    sum += expectation((decoder(cases.y) - kMean[i]).square(), cases, i) / 4.0;
  }
  return sum;
}

/// A probe at pixels i and i + 1, zero elsewhere.
at::Tensor probe_at(std::size_t i, double here, double next) {
  at::Tensor probe = at::zeros({1, 1, 1, 4}, at::kDouble);
  probe[0][0][0][static_cast<std::int64_t>(i)].fill_(here);
  probe[0][0][0][static_cast<std::int64_t>((i + 1) % 4)].fill_(next);
  return probe;
}

/// Mean over the noise and over every value of the probes.
double estimated_error(double g, double s, bool second_order) {
  const learned::ImageNoise noise{at::full({1}, g, at::kDouble), at::full({1}, s * s, at::kDouble)};
  const double golden = 0.5 * (1.0 + std::sqrt(5.0)), p = (golden - 1.0) / std::sqrt(5.0);
  double sum = 0.0;
  for (std::size_t i = 0; i < 4; ++i) {
    const Cases cases = cases_of(i, g, s);
    for (const int here : {0, 1}) {
      for (const int next : {0, 1}) {
        const at::Tensor b = probe_at(i, 2.0 * here - 1.0, 2.0 * next - 1.0);
        learned::SureProbe probe{b, {}, 1e-3, 1e-2};
        const at::Tensor first = learned::sure_map(decoder, cases.y, noise, probe);
        sum += expectation(first, cases, i) / 16.0;
        if (!second_order) continue;
        probe.c = probe_at(i, here == 1 ? golden : 1.0 - golden, next == 1 ? golden : 1.0 - golden);
        const at::Tensor second = learned::sure_map(decoder, cases.y, noise, probe) - first;
        const double weight = (here == 1 ? p : 1.0 - p) * (next == 1 ? p : 1.0 - p);
        sum += expectation(second, cases, i) * weight / 4.0;
      }
    }
  }
  return sum;
}

/// From the moments of the noise e = y - u: f_i - u_i = bias + a e_i + 0.05 e_i^2 + 0.1 e_(i+1).
double error_from_moments(double g, double s) {
  double sum = 0.0;
  for (std::size_t i = 0; i < 4; ++i) {
    const double u = kMean[i], next = kMean[(i + 1) % 4], b = 0.05;
    const double variance = g * u + s * s, third = g * g * u;
    const double fourth = 3.0 * variance * variance + g * g * g * u;
    const double bias = 0.8 * u + 0.1 * next + b * u * u - u, a = 0.8 + 2.0 * b * u;
    sum += bias * bias + a * a * variance + b * b * fourth + 0.01 * (g * next + s * s) +
           2.0 * bias * b * variance + 2.0 * a * b * third;
  }
  return sum / 4.0;
}

/// Printed with the definition, for s = 0.3; the printed digits are cut off, not rounded.
TEST(Sure, HasThePublishedErrorsOfFirstAndSecondOrder) {
  EXPECT_NEAR(true_error(0.1, 0.3), error_from_moments(0.1, 0.3), 1e-10);
  EXPECT_NEAR(true_error(0.1, 0.3), 0.2765, 1e-4);
  EXPECT_NEAR(estimated_error(0.1, 0.3, false), 0.2799, 1e-4);
  EXPECT_NEAR(estimated_error(0.1, 0.3, true), 0.2765, 1e-4);
  EXPECT_NEAR(true_error(0.02, 0.3), 0.1377, 1e-4);
  EXPECT_NEAR(estimated_error(0.02, 0.3, false), 0.1382, 1e-4);
  EXPECT_NEAR(estimated_error(0.02, 0.3, true), 0.1378, 1e-4);
}

TEST(Sure, IsExactForGaussianNoise) {
  EXPECT_NEAR(estimated_error(0.0, 0.3, false), true_error(0.0, 0.3), 1e-10);
}

struct Scene {
  static constexpr std::int64_t kPixels = 256;
  static constexpr double kPhotons = 50.0;
  imaging::IncoherentImaging model = plain_camera(kPixels, kPixels);
  at::Tensor object = RandomStream(1).uniform({1, 1, kPixels, kPixels}) * 0.5 + 0.25;

  /// Error against the mean and the value of the loss, from one exposure.
  template <class Detector>
  std::pair<double, double> errors(const Detector& detector, const learned::Sure& loss) const {
    RandomStream random(2, "detector");
    const at::Tensor counts = detector.sample(object * kPhotons, random);
    const at::Tensor image = detector.quadratic(counts).target / kPhotons;
    const Trial trial = decoded(model, detector, kPhotons, object, image, decoder);
    return {(trial.estimate - object).square().mean().item<double>(),
            loss.value(trial).item<double>()};
  }
};

/// 65,536 pixels: both numbers are known to about 1 %.
TEST(Sure, FindsTheErrorOfOneExposure) {
  const Scene scene;
  learned::Sure::Params params;
  params.probes = 4;
  const learned::Sure loss(params);
  const auto [shot_error, shot_estimate] = scene.errors(photon_counter(), loss);
  EXPECT_NEAR(shot_estimate / shot_error, 1.0, 0.04);
  const optics::GaussianDetector detector({4.0}, BuildContext{});
  const auto [error, estimate] = scene.errors(detector, loss);
  EXPECT_NEAR(estimate / error, 1.0, 0.04);
}

TEST(Sure, GradientOfTheDecoderIsThatOfDifferences) {
  const auto model = plain_camera(4, 5);
  const auto detector = photon_counter();
  const at::Tensor image = RandomStream(3).uniform({2, 1, 4, 5}) + 0.5;
  const at::Tensor gains = at::tensor({0.8, 0.1, 0.05}, at::kDouble).requires_grad_(true);
  const learned::Sure loss(learned::Sure::Params{});
  const auto value = [&] {
    const Trial trial = decoded(model, detector, 30.0, image, image, [&](const at::Tensor& y) {
      return y * gains[0] + at::roll(y, {-1}, {-1}) * gains[1] + y.square() * gains[2];
    });
    return loss.value(trial);
  };
  const auto report = check_gradient(value, {{"gains", gains}});
  EXPECT_TRUE(report.good()) << report.table();
}

}  // namespace
}  // namespace parfocal::test
