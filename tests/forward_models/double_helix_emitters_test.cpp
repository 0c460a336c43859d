// SPDX-License-Identifier: Apache-2.0
#include "forward_models/smlm/double_helix_emitters.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/support/matchers.h"

namespace parfocal::smlm {
namespace {

DoubleHelixEmitters::Params params() {
  DoubleHelixEmitters::Params p;
  p.window = {17, 19};
  p.pitch = {Length::from_m(110e-9), Length::from_m(100e-9)};
  p.sigma = Length::from_m(120e-9);
  p.lobe_distance = Length::from_m(500e-9);
  p.half_turn = Length::from_m(2e-6);
  p.angle = Angle::from_rad(0.3);
  p.depth = {Length::from_m(-0.7e-6), Length::from_m(0.7e-6)};
  return p;
}

BuildContext wide() {
  BuildContext context;
  context.dtype = at::kDouble;
  return context;
}

at::Tensor emitter(double x, double y, double z, double photons, double background) {
  return at::tensor(std::vector<double>{x, y, z, photons, background}, at::kDouble).view({1, 5});
}

/// Two Gaussians by erf() of the standard library, at the places that the formula gives.
TEST(DoubleHelixEmitters, IsTheSumOfTwoGaussiansThatTurn) {
  const DoubleHelixEmitters model(params(), wide());
  const at::Tensor image = model.emitter_images(emitter(9.2, 7.7, 0.4, 1000, 5)).mean[0];
  const double t = 0.3 + std::numbers::pi * 0.4 / 2.0;
  const auto share = [](double i, double center, double sigma) {
    const auto below = [&](double edge) {
      return std::erf((edge - center) / (sigma * std::numbers::sqrt2));
    };
    return 0.5 * (below(i + 0.5) - below(i - 0.5));
  };
  for (int j = 0; j < 17; ++j) {
    for (int i = 0; i < 19; ++i) {
      double expected = 5;
      for (const double s : {1.0, -1.0}) {
        expected += 500 * share(j, 7.7 + s * 250 * std::sin(t) / 110, 120.0 / 110) *
                    share(i, 9.2 + s * 250 * std::cos(t) / 100, 1.2);
      }
      EXPECT_NEAR(image[j][i].item<double>(), expected, 1e-10);
    }
  }
}

TEST(DoubleHelixEmitters, DerivativesAreExact) {
  const DoubleHelixEmitters model(params(), wide());
  const at::Tensor theta = emitter(9.2, 7.7, -0.3, 800, 5);
  const at::Tensor found = model.emitter_images(theta).derivatives;
  for (std::int64_t a = 0; a < 5; ++a) {
    const auto at = [&](double h) {
      at::Tensor moved = theta.clone();
      moved.select(1, a).add_(h);
      return model.emitter_images(moved).mean;
    };
    const double h = 1e-3;
    const at::Tensor slope = ((at(h) - at(-h)) * 8.0 - (at(2 * h) - at(-2 * h))) / (12.0 * h);
    EXPECT_LE(test::relative_difference(found.select(1, a), slope), 1e-8) << a;
  }
}

/// At the true parameters the score of noiseless counts is nothing, and the information that of the
/// exact images, to the interpolation.
TEST(DoubleHelixEmitters, TheBlockKnowsTheSameInformation) {
  const DoubleHelixEmitters model(params(), wide());
  const at::Tensor theta = emitter(9.2, 7.7, -0.3, 800, 5);
  const PointEmitters::Images images = model.emitter_images(theta);
  std::vector<double> counts, packed;
  const at::Tensor mean = images.mean[0].contiguous();
  for (std::int64_t p = 0; p < mean.numel(); ++p)
    counts.insert(counts.end(), kEmitterLanes, mean.const_data_ptr<double>()[p]);
  for (std::int64_t a = 0; a < 5; ++a)
    packed.insert(packed.end(), kEmitterLanes, theta[0][a].item<double>());
  EmitterSums sums;
  model.emitter_block()->evaluate({counts.data(), nullptr}, packed.data(), sums);
  int entry = 0;
  for (int a = 0; a < 5; ++a) {
    const auto information = [&](int k, int l) {
      return (images.derivatives[0][k] * images.derivatives[0][l] / mean).sum().item<double>();
    };
    const double own = information(a, a);
    EXPECT_NEAR(sums.score[a][3], 0, 1e-3 * std::sqrt(own));
    for (int b = a; b < 5; ++b, ++entry) {
      EXPECT_NEAR(sums.fisher[entry][3], information(a, b),
                  1e-3 * std::sqrt(own * information(b, b)));
    }
  }
}

}  // namespace
}  // namespace parfocal::smlm
