// SPDX-License-Identifier: Apache-2.0
#include "forward_models/smlm/gaussian_emitters.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <cmath>

#include "forward_models/smlm/gaussian_block.h"
#include "tests/support/gradient_check.h"
#include "tests/support/matchers.h"

namespace parfocal::smlm {
namespace {

constexpr int kLanes = kEmitterLanes;

GaussianEmitters::Params params(std::int64_t n_y, std::int64_t n_x, bool free_width) {
  GaussianEmitters::Params p;
  p.window = {n_y, n_x};
  p.pitch = {Length::from_m(110e-9), Length::from_m(100e-9)};
  p.sigma = Length::from_m(130e-9);
  p.free_width = free_width;
  return p;
}

BuildContext wide() {
  BuildContext context;
  context.dtype = at::kDouble;
  return context;
}

/// Emitters of many kinds: dim, bright, off the middle, narrow.
at::Tensor emitters(std::int64_t n_parameters) {
  std::vector<double> rows;
  for (int lane = 0; lane < kLanes; ++lane) {
    const double t = lane;
    const double row[] = {2.7 + 0.31 * t, 4.1 - 0.17 * t, 50 * std::pow(2.3, t), 0.01 + 3 * t,
                          0.45 + 0.23 * t};
    rows.insert(rows.end(), row, row + n_parameters);
  }
  return at::tensor(rows, at::kDouble).view({kLanes, n_parameters});
}

/// Counts and read variances [lane, n_y, n_x]: whole numbers with some zeros among them.
at::Tensor counts_of(const at::Tensor& mean) {
  const at::Tensor wave = (at::arange(mean.numel(), at::kDouble) * 1.7).sin().view_as(mean);
  return (mean + wave * mean.sqrt()).clamp_min(0).round();
}

std::vector<double> lanes_last(const at::Tensor& images) {
  const at::Tensor turned = images.permute({1, 2, 0}).contiguous();
  return {turned.const_data_ptr<double>(), turned.const_data_ptr<double>() + turned.numel()};
}

/// The sums of a block beside those of the images with derivatives.
void compare_sums(const EmitterBlock& block, const GaussianEmitters& model, const at::Tensor& theta,
                  bool read_noise) {
  const auto n = theta.size(1);
  const PointEmitters::Images images = model.emitter_images(theta);
  const at::Tensor variance = read_noise ? images.mean * 0.0 + 1.7 : images.mean * 0.0;
  const at::Tensor d = counts_of(images.mean) + variance, mu = images.mean + variance;
  const std::vector<double> counts = lanes_last(d), variances = lanes_last(variance);
  const std::vector<double> packed = [&] {
    const at::Tensor turned = theta.t().contiguous();
    return std::vector<double>(turned.const_data_ptr<double>(),
                               turned.const_data_ptr<double>() + turned.numel());
  }();
  EmitterSums sums;
  block.evaluate({counts.data(), read_noise ? variances.data() : nullptr}, packed.data(), sums);
  const at::Tensor residual = (d / mu - 1.0).unsqueeze(1);
  const at::Tensor nll = (mu - d * mu.log()).sum({1, 2});
  const at::Tensor score = (residual * images.derivatives).sum({2, 3});
  const auto close = [](double got, const at::Tensor& expected, const at::Tensor& size) {
    EXPECT_NEAR(got, expected.item<double>(), 1e-11 * size.item<double>());
  };
  for (int lane = 0; lane < kLanes; ++lane) {
    close(sums.nll[lane], nll[lane], (d * mu.log()).abs().sum({1, 2})[lane]);
    int entry = 0;
    for (std::int64_t a = 0; a < n; ++a) {
      const at::Tensor ga = images.derivatives.select(1, a);
      close(sums.score[a][lane], score[lane][a],
            (residual.squeeze(1) * ga).abs().sum({1, 2})[lane]);
      for (std::int64_t b = a; b < n; ++b, ++entry) {
        const at::Tensor product = ga * images.derivatives.select(1, b) / mu;
        close(sums.fisher[entry][lane], product.sum({1, 2})[lane], product.abs().sum({1, 2})[lane]);
      }
    }
  }
}

TEST(GaussianEmitters, TheBlockGivesTheSameSumsAtEverySimdLevel) {
  for (const bool free_width : {false, true}) {
    const GaussianEmitters model(params(9, 8, free_width), wide());
    for (int level = 0; level <= static_cast<int>(best_simd_level()); ++level) {
      const auto block = make_gaussian_block({9, 8, 1.3, 100.0 / 110.0, free_width},
                                             static_cast<SimdLevel>(level));
      for (const bool read_noise : {false, true}) {
        SCOPED_TRACE(testing::Message() << free_width << read_noise << level);
        compare_sums(*block, model, emitters(free_width ? 5 : 4), read_noise);
      }
    }
  }
}

TEST(GaussianEmitters, DerivativesAreThoseOfTheMean) {
  const GaussianEmitters model(params(7, 9, true), wide());
  const at::Tensor theta = emitters(5);
  const PointEmitters::Images images = model.emitter_images(theta);
  EXPECT_TRUE(test::close(images.mean, model.forward(theta.unsqueeze(1)).squeeze(1), 1e-14));
  for (std::int64_t a = 0; a < 5; ++a) {
    const at::Tensor step = at::zeros_like(theta);
    step.select(1, a) = theta.select(1, a).abs().clamp_min(1.0) * 1e-5;
    const at::Tensor difference =
        (model.emitter_images(theta + step).mean - model.emitter_images(theta - step).mean) /
        (2.0 * step.select(1, a).unsqueeze(-1).unsqueeze(-1));
    EXPECT_LT(test::relative_difference(images.derivatives.select(1, a), difference), 1e-8) << a;
  }
}

/// Square roots of the diagonal of the inverse information of one emitter in the middle.
std::vector<double> bound(std::int64_t n, double photons, double background, bool free_width) {
  GaussianEmitters::Params p = params(n, n, free_width);
  p.pitch = {Length::from_m(100e-9), Length::from_m(100e-9)};
  const GaussianEmitters model(p, wide());
  const double middle = static_cast<double>(n - 1) / 2;
  std::vector<double> row{middle, middle, photons, background, 1.3};
  row.resize(free_width ? 5 : 4);
  const auto images = model.emitter_images(at::tensor(row, at::kDouble).unsqueeze(0));
  const at::Tensor g = images.derivatives[0].flatten(1);
  const at::Tensor fisher = (g / images.mean[0].flatten()).matmul(g.t());
  const at::Tensor deviation = fisher.inverse().diagonal().sqrt();
  return {deviation.const_data_ptr<double>(),
          deviation.const_data_ptr<double>() + deviation.numel()};
}

/// Published: sigma 1.3 pixels, emitter in the middle; x, photons, background, width.
TEST(GaussianEmitters, CramerRaoBoundsOfTheLiterature) {
  struct Case {
    std::int64_t n;
    double photons, background, x, fixed[2], free[3];
  };
  const Case cases[] = {
      {7, 1000, 10, 0.05647, {44.55, 0.7725}, {69.92, 1.2464, 0.05953}},
      {13, 1000, 10, 0.05626, {37.85, 0.2726}, {41.73, 0.2918, 0.03869}},
      {13, 500, 20, 0.10852, {34.04, 0.3761}, {42.70, 0.4058, 0.08036}},
      {13, 5000, 20, 0.02231, {77.97, 0.3951}, {81.53, 0.4195, 0.01447}},
  };
  for (const Case& c : cases) {
    const auto fixed = bound(c.n, c.photons, c.background, false);
    const auto free = bound(c.n, c.photons, c.background, true);
    const auto near = [](double got, double expected) {
      EXPECT_NEAR(got, expected, 1e-3 * expected);
    };
    for (const auto& deviation : {fixed, free}) {
      near(deviation[0], c.x);
      near(deviation[1], c.x);
    }
    for (std::size_t i = 0; i < 2; ++i) near(fixed[2 + i], c.fixed[i]);
    for (std::size_t i = 0; i < 3; ++i) near(free[2 + i], c.free[i]);
  }
}

}  // namespace
}  // namespace parfocal::smlm
