// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/poisson_gaussian_detector.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/operators/parameter_tree.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

PoissonGaussianDetector::Params camera(double gain, double read_noise, double offset,
                                       std::int64_t bits = 16) {
  PoissonGaussianDetector::Params params;
  params.gain = gain;
  params.read_noise = Electrons::from_si(read_noise);
  params.offset = Counts::from_si(offset);
  params.bits = bits;
  return params;
}

struct Line {
  double slope, intercept;
};

/// Weighted least squares with the weights 1 / y^2 of sampled variances.
Line fit(const std::vector<double>& x, const std::vector<double>& y) {
  double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double w = 1 / (y[i] * y[i]);
    s += w, sx += w * x[i], sy += w * y[i], sxx += w * x[i] * x[i], sxy += w * x[i] * y[i];
  }
  const double slope = (s * sxy - sx * sy) / (s * sxx - sx * sx);
  return {slope, (sy - slope * sx) / s};
}

TEST(PoissonGaussianDetector, PhotonTransferHasTheGainAsSlopeAndTheReadNoiseAsIntercept) {
  const PoissonGaussianDetector detector(camera(0.5, 2.0, 100.0), {});
  std::vector<double> level, variance;
  for (const double photons : {0.0, 2.0, 5.0, 20.0, 100.0, 500.0, 2000.0}) {
    RandomStream random(1, "detector");
    const at::Tensor mean = at::full({1, 1, 500, 1000}, photons, at::kDouble);
    const at::Tensor counts = detector.sample(mean, random);
    EXPECT_EQ((counts - counts.round()).abs().max().item<double>(), 0.0);
    EXPECT_NEAR(counts.mean().item<double>(), 0.5 * photons + 100,
                4 * std::sqrt((0.25 * (photons + 4) + 1.0 / 12) / 5e5));
    level.push_back(counts.mean().item<double>() - 100);
    variance.push_back(counts.var().item<double>());
  }
  const Line line = fit(level, variance);
  EXPECT_NEAR(line.slope, 0.5, 0.005);
  EXPECT_NEAR(line.intercept, 0.25 * 4 + 1.0 / 12, 0.011);
}

TEST(PoissonGaussianDetector, ScoreHasMeanZeroAtEveryLightLevel) {
  PoissonGaussianDetector::Params params = camera(2.0, 3.0, 100.0);
  params.quantum_efficiency = 0.8;
  const PoissonGaussianDetector detector(params, {});
  for (const double photons : {0.5, 5.0, 50.0, 500.0}) {
    RandomStream random(2, "detector");
    const at::Tensor mean = at::full({1, 1, 400, 1000}, photons, at::kDouble);
    const at::Tensor score = detector.gradient(mean, detector.sample(mean, random));
    EXPECT_NEAR(score.mean().item<double>(), 0.0, 4 * score.std().item<double>() / std::sqrt(4e5));
  }
}

TEST(PoissonGaussianDetector, VarianceOfTheScoreIsTheFisherWeight) {
  const PoissonGaussianDetector detector(camera(2.0, 3.0, 100.0), {});
  const std::pair<double, double> cases[] = {{200.0, 0.02}, {2000.0, 0.01}};
  for (const auto& [photons, tolerance] : cases) {
    RandomStream random(3, "detector");
    const at::Tensor mean = at::full({1, 1, 400, 1000}, photons, at::kDouble);
    const at::Tensor score = detector.gradient(mean, detector.sample(mean, random));
    const double fisher = detector.fisher_weight(mean)[0][0][0][0].item<double>();
    EXPECT_NEAR(fisher, 1 / (photons + 9 + 1.0 / 48), 1e-12);
    EXPECT_NEAR(score.var().item<double>() / fisher, 1.0, tolerance);
  }
}

TEST(PoissonGaussianDetector, GradientIsTheDerivative) {
  const PoissonGaussianDetector detector(camera(0.7, 1.5, 20.0), {});
  at::Tensor mean = (random_real({2, 1, 5, 7}, 4) * 10.0 + 15.0).set_requires_grad(true);
  const at::Tensor counts = (random_real({2, 1, 5, 7}, 5) * 8.0 + 30.0).round();
  detector.negative_log_likelihood(mean, counts).sum().backward();
  EXPECT_LE(relative_error(detector.gradient(mean.detach(), counts), mean.grad()), 1e-12);
}

TEST(PoissonGaussianDetector, NllFollowsTheExactConvolution) {
  // -log sum_n Poisson(n; lam) P(code y | n electrons), at lam = 60 within 4 deviations of the
  // mean: what is left is the skewness of the Poisson numbers, about r^3 / (6 sqrt(lam)).
  const double lam = 60, gain = 1.5, read = 2.0, offset = 50;
  const PoissonGaussianDetector detector(camera(gain, read, offset), {});
  const auto normal = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
  double exact_total = 0, divergence = 0;
  for (int y = 70; y < 220; ++y) {
    double p = 0;
    for (int n = 0; n < 160; ++n) {
      const double level = gain * n + offset, width = gain * read;
      p += std::exp(-lam + n * std::log(lam) - std::lgamma(n + 1.0)) *
           (normal((y + 0.5 - level) / width) - normal((y - 0.5 - level) / width));
    }
    const double nll = detector
                           .negative_log_likelihood(at::full({1, 1}, lam, at::kDouble),
                                                    at::full({1, 1}, y, at::kDouble))
                           .item<double>();
    exact_total += p;
    divergence += p * (std::log(p) + nll);
  }
  EXPECT_NEAR(exact_total, 1.0, 1e-6);
  EXPECT_GE(divergence, 0.0);
  EXPECT_LE(divergence, 2e-3);  // nat per pixel, mean over the counts
}

TEST(PoissonGaussianDetector, CodesAreClippedAndSaturationHasWeightZero) {
  const PoissonGaussianDetector detector(camera(1.0, 5.0, 2.0, 8), {});
  RandomStream random(6, "detector");
  const at::Tensor bright = at::full({1, 1, 20, 30}, 1000.0, at::kDouble);
  const at::Tensor counts = detector.sample(bright, random);
  EXPECT_EQ(counts.min().item<double>(), 255.0);
  EXPECT_EQ(counts.max().item<double>(), 255.0);
  EXPECT_EQ(detector.quadratic(counts).weight.max().item<double>(), 0.0);
  EXPECT_EQ(detector.gradient(bright, counts).abs().max().item<double>(), 0.0);
  EXPECT_EQ(detector.negative_log_likelihood(bright, counts).item<double>(), 0.0);
  RandomStream again(7, "detector");
  const at::Tensor dim = detector.sample(at::full({1, 1, 40, 50}, 0.0, at::kDouble), again);
  EXPECT_EQ(dim.min().item<double>(), 0.0);
}

TEST(PoissonGaussianDetector, FullWellLimitsTheElectrons) {
  PoissonGaussianDetector::Params params = camera(2.0, 0.0, 10.0);
  params.full_well = Electrons::from_si(100.0);
  const PoissonGaussianDetector detector(params, {});
  RandomStream random(8, "detector");
  const at::Tensor counts = detector.sample(at::full({1, 1, 4, 5}, 1e4, at::kDouble), random);
  EXPECT_EQ(counts.min().item<double>(), 210.0);
  EXPECT_EQ(counts.max().item<double>(), 210.0);
  EXPECT_EQ(detector.quadratic(counts).weight.max().item<double>(), 0.0);
}

TEST(PoissonGaussianDetector, AFullWellIsSeenThroughTheReadNoise) {
  PoissonGaussianDetector::Params params = camera(2.0, 3.0, 10.0);
  params.full_well = Electrons::from_si(1000.0);
  const PoissonGaussianDetector detector(params, {});
  RandomStream random(11, "detector");
  const at::Tensor counts = detector.sample(at::full({1, 1, 100, 100}, 1e5, at::kDouble), random);
  const at::Tensor weight = detector.quadratic(counts).weight;
  EXPECT_LE(weight.gt(0).to(at::kDouble).mean().item<double>(), 1e-3);
  const at::Tensor dim = detector.sample(at::full({1, 1, 100, 100}, 800.0, at::kDouble), random);
  EXPECT_EQ(detector.quadratic(dim).weight.gt(0).to(at::kDouble).mean().item<double>(), 1.0);
}

TEST(PoissonGaussianDetector, ABlockWithASaturatedPixelIsLeftOut) {
  PoissonGaussianDetector::Params params = camera(1.0, 2.0, 10.0, 10);
  params.binning = {2, Binning::By::kMean};
  const PoissonGaussianDetector detector(params, {});
  RandomStream random(12, "detector");
  // 1000 electrons in a pixel: one in three clips at 1023, the mean of four hardly ever does.
  const at::Tensor counts = detector.sample(at::full({1, 1, 100, 100}, 4e3, at::kDouble), random);
  EXPECT_GT((counts < 1023.0).to(at::kDouble).mean().item<double>(), 0.9);
  EXPECT_EQ(detector.quadratic(counts).weight.max().item<double>(), 0.0);
  const at::Tensor dim = detector.sample(at::full({1, 1, 100, 100}, 3e3, at::kDouble), random);
  EXPECT_EQ(detector.quadratic(dim).weight.gt(0).to(at::kDouble).mean().item<double>(), 1.0);
}

TEST(PoissonGaussianDetector, SamplesOfANoiselessReadHaveASlopeInTheReadNoise) {
  ParameterTree tree;
  BuildContext context;
  context.path = "detector";
  context.parameters = &tree;
  const PoissonGaussianDetector detector(camera(2.0, 0.0, 100.0), context);
  at::Tensor leaf = tree.at("detector.read_noise").leaf;
  leaf.requires_grad_(true);
  RandomStream random(13, "detector"), same(13, "detector");
  const at::Tensor mean = at::full({1, 1, 3, 5}, 50.0, at::kDouble);
  detector.sample(mean, random).sum().backward();
  (void)same.poisson(mean);
  const double expected =
      2.0 * same.normal(mean.sizes(), at::kDouble, at::kCPU).sum().item<double>();
  EXPECT_NEAR(leaf.grad().item<double>(), expected, 1e-12 * std::abs(expected));
}

TEST(PoissonGaussianDetector, DeadPixelsAddNothing) {
  const PoissonGaussianDetector detector(camera(1.0, 2.0, 10.0), {});
  const at::Tensor mean = at::full({1, 1, 2, 2}, 30.0, at::kDouble);
  at::Tensor counts = at::full({1, 1, 2, 2}, 45.0, at::kDouble);
  const double whole = detector.negative_log_likelihood(mean, counts).item<double>();
  counts[0][0][0][1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NEAR(detector.negative_log_likelihood(mean, counts).item<double>(), 0.75 * whole, 1e-12);
  EXPECT_EQ(detector.gradient(mean, counts)[0][0][0][1].item<double>(), 0.0);
  const auto quadratic = detector.quadratic(counts);
  EXPECT_EQ(quadratic.weight[0][0][0][1].item<double>(), 0.0);
  EXPECT_NEAR(quadratic.weight[0][0][0][0].item<double>(), 1 / (35 + 4 + 1.0 / 12), 1e-12);
  EXPECT_NEAR(quadratic.target[0][0][0][0].item<double>(), 35.0, 1e-12);
}

TEST(PoissonGaussianDetector, ChargeBinnedBeforeTheReadHasOneReadNoise) {
  PoissonGaussianDetector::Params params = camera(0.5, 4.0, 50.0);
  params.dark = Electrons::from_si(2.0);
  params.full_well = Electrons::from_si(1000.0);
  params.binning = {3, Binning::By::kCharge};
  const PoissonGaussianDetector detector(params, {});
  RandomStream random(10, "detector");
  const at::Tensor mean = at::full({1, 1, 400, 500}, 100.0, at::kDouble);
  const at::Tensor counts = detector.sample(mean, random);
  const double electrons = 100.0 + 9 * 2.0, variance = 0.25 * (electrons + 16) + 1.0 / 12;
  EXPECT_NEAR(counts.mean().item<double>(), 0.5 * electrons + 50, 4.5 * std::sqrt(variance / 2e5));
  EXPECT_NEAR(counts.var().item<double>() / variance, 1.0, 0.015);
  EXPECT_NEAR(detector.fisher_weight(mean)[0][0][0][0].item<double>(), 0.25 / variance, 1e-12);
  const at::Tensor bright = at::full({1, 1, 2, 2}, 1e5, at::kDouble);
  EXPECT_GT(detector.sample(bright, random).min().item<double>(), 0.5 * 8900 + 50);
  EXPECT_EQ(detector.quadratic(at::full({1, 1, 1, 1}, 4550.0, at::kDouble)).weight.item<double>(),
            0.0);
}

TEST(PoissonGaussianDetector, SurrogatePassesRoundingAndStopsAtClipping) {
  const PoissonGaussianDetector detector(camera(0.5, 0.0, 10.0, 8), {});
  at::Tensor mean = at::full({1, 1, 1, 2}, 100.0, at::kDouble);
  mean[0][0][0][1] = 1e4;
  mean.set_requires_grad(true);
  RandomStream random(9, "detector");
  const at::Tensor counts = detector.sample(mean, random);
  counts.sum().backward();
  RandomStream same(9, "detector");
  const double n = same.poisson(mean.detach())[0][0][0][0].item<double>();
  EXPECT_NEAR(mean.grad()[0][0][0][0].item<double>(), 0.5 * 0.5 * (1 + n / 100), 1e-12);
  EXPECT_EQ(mean.grad()[0][0][0][1].item<double>(), 0.0);
  EXPECT_EQ(counts[0][0][0][1].item<double>(), 255.0);
}

}  // namespace
}  // namespace parfocal::optics
