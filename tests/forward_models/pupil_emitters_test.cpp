// SPDX-License-Identifier: Apache-2.0
#include "forward_models/smlm/pupil_emitters.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/conformance/emitter_case.h"
#include "tests/optics/parts.h"
#include "tests/support/gradient_check.h"
#include "tests/support/matchers.h"

namespace parfocal::smlm {
namespace {

constexpr int kLanes = kEmitterLanes;

PupilEmitters::Params astigmatic() {
  PupilEmitters::Params p = conformance::EmitterCase::params();
  p.window = {17, 19};
  p.depth = {Length::from_m(0.1e-6), Length::from_m(0.9e-6)};
  return p;
}

BuildContext wide() {
  BuildContext context;
  context.dtype = at::kDouble;
  context.path = "model";
  return context;
}

/// Emitters of every depth, off the middle, dim and bright: x, y, z, photons, background.
at::Tensor emitters() {
  std::vector<double> rows;
  for (int lane = 0; lane < kLanes; ++lane) {
    const double t = lane;
    for (const double v :
         {7.9 + 0.31 * t, 9.2 - 0.27 * t, 0.12 + 0.1 * t, 300 * std::pow(1.9, t), 0.5 + 4 * t}) {
      rows.push_back(v);
    }
  }
  return at::tensor(rows, at::kDouble).view({kLanes, 5});
}

TEST(PupilEmitters, DerivativesAreExact) {
  auto params = astigmatic();
  params.blur = Length::from_m(90e-9);
  const PupilEmitters model(params, wide());
  const at::Tensor theta = emitters().narrow(0, 2, 3);
  const PointEmitters::Images images = model.emitter_images(theta);
  EXPECT_TRUE(
      test::close_relative(model.forward(theta.unsqueeze(1)).squeeze(1), images.mean, 1e-13));
  for (std::int64_t a = 0; a < 5; ++a) {
    const auto at = [&](double h) {
      at::Tensor moved = theta.clone();
      moved.select(1, a).add_(h);
      return model.emitter_images(moved).mean;
    };
    const double h = 1e-3;
    const at::Tensor slope = ((at(h) - at(-h)) * 8.0 - (at(2 * h) - at(-2 * h))) / (12.0 * h);
    EXPECT_LE(test::relative_difference(images.derivatives.select(1, a), slope), 1e-6) << a;
  }
}

TEST(PupilEmitters, StandOverDepthInTheMiddleOfTheWindow) {
  const PupilEmitters model(astigmatic(), wide());
  const at::Tensor theta = emitters_over_depth(model, 3);
  const at::Tensor expected = at::tensor(
      std::vector<double>{9, 8, 0.1, 1, 0, 9, 8, 0.5, 1, 0, 9, 8, 0.9, 1, 0}, at::kDouble);
  EXPECT_TRUE(test::close(theta, expected.view({3, 5}), 1e-15));
  EXPECT_EQ(parameter_index(model, "photons"), 3);
  EXPECT_EQ(parameter_index(model, "sigma"), -1);
}

TEST(PupilEmitters, BlurKeepsTheLightAndWidensByItsVariance) {
  auto params = astigmatic();
  params.window = {61, 61};
  const at::Tensor theta = at::tensor(std::vector<double>{30, 30, 0.44, 1, 0}, at::kDouble);
  const auto image_of = [&] {
    const PupilEmitters model(params, wide());
    return model.forward(theta.view({1, 1, 5}))[0][0];
  };
  const at::Tensor sharp = image_of();
  params.blur = Length::from_m(150e-9);
  const at::Tensor blurred = image_of();
  EXPECT_NEAR(blurred.sum().item<double>(), sharp.sum().item<double>(), 2e-3);
  EXPECT_LT(blurred.max().item<double>(), 0.8 * sharp.max().item<double>());
}

/// The sums of the block beside those of the exact images: they differ by the interpolation.
TEST(PupilEmitters, TheBlockGivesTheSameSumsToTheInterpolationError) {
  const PupilEmitters model(astigmatic(), wide());
  const at::Tensor theta = emitters();
  const PointEmitters::Images images = model.emitter_images(theta);
  const auto block = model.emitter_block();
  for (const bool noisy : {false, true}) {
    const at::Tensor variance = images.mean * 0.0 + (noisy ? 1.7 : 0.0);
    const at::Tensor wave =
        (at::arange(images.mean.numel(), at::kDouble) * 1.7).sin().view_as(images.mean);
    const at::Tensor d = (images.mean + wave * images.mean.sqrt()).clamp_min(0).round() + variance;
    const auto lanes_last = [](const at::Tensor& x) {
      const at::Tensor turned = x.permute({1, 2, 0}).contiguous();
      return std::vector<double>(turned.const_data_ptr<double>(),
                                 turned.const_data_ptr<double>() + turned.numel());
    };
    const std::vector<double> counts = lanes_last(d), variances = lanes_last(variance);
    const at::Tensor packed = theta.t().contiguous();
    EmitterSums sums;
    block->evaluate({counts.data(), noisy ? variances.data() : nullptr},
                    packed.const_data_ptr<double>(), sums);
    const at::Tensor mu = images.mean + variance;
    const at::Tensor nll = (mu - d * mu.log()).sum({1, 2});
    const at::Tensor size = (mu + d * mu.log().abs()).sum({1, 2});
    const at::Tensor score = ((d / mu - 1.0).unsqueeze(1) * images.derivatives).sum({2, 3});
    for (int lane = 0; lane < kLanes; ++lane) {
      EXPECT_NEAR(sums.nll[lane], nll[lane].item<double>(), 1e-5 * size[lane].item<double>());
      int entry = 0;
      for (int a = 0; a < 5; ++a) {
        const at::Tensor da = images.derivatives[lane][a];
        const double own = (da * da / mu[lane]).sum().item<double>();
        EXPECT_NEAR(sums.score[a][lane], score[lane][a].item<double>(), 0.02 * std::sqrt(own))
            << lane << " " << a;
        for (int b = a; b < 5; ++b, ++entry) {
          const at::Tensor db = images.derivatives[lane][b];
          const double other = (db * db / mu[lane]).sum().item<double>();
          EXPECT_NEAR(sums.fisher[entry][lane], (da * db / mu[lane]).sum().item<double>(),
                      1e-3 * std::sqrt(own * other));
        }
      }
    }
  }
}

TEST(PupilEmitters, EveryLevelOfTheMachineGivesTheSameSums) {
  const PupilEmitters model(astigmatic(), wide());
  const at::Tensor mean = model.emitter_images(emitters()).mean;
  const at::Tensor counts = mean.permute({1, 2, 0}).contiguous();
  const at::Tensor theta = (emitters() * 1.01).t().contiguous();
  std::vector<EmitterSums> all;
  for (const SimdLevel level : {SimdLevel::kBaseline, best_simd_level()}) {
    const auto block = model.emitter_block(level);
    all.emplace_back();
    block->evaluate({counts.const_data_ptr<double>(), nullptr}, theta.const_data_ptr<double>(),
                    all.back());
  }
  for (int lane = 0; lane < kLanes; ++lane) {
    EXPECT_NEAR(all[0].nll[lane], all[1].nll[lane], 1e-9 * std::abs(all[0].nll[lane]));
    for (int a = 0; a < 5; ++a) {
      EXPECT_NEAR(all[0].score[a][lane], all[1].score[a][lane],
                  1e-9 * std::abs(all[0].score[a][lane]) + 1e-9);
    }
  }
}

TEST(PupilEmitters, AStartLiesNearTheEmitter) {
  const PupilEmitters model(astigmatic(), wide());
  const auto block = model.emitter_block();
  at::Tensor theta = emitters();
  theta.select(1, 0).fill_(9.0 + 1.2);
  theta.select(1, 1).fill_(8.0 - 1.6);
  theta.select(1, 3).fill_(5000.0);
  const at::Tensor counts = model.emitter_images(theta).mean.permute({1, 2, 0}).contiguous();
  std::vector<double> start(static_cast<std::size_t>(block->starts() * 5 * kLanes));
  block->start({counts.const_data_ptr<double>(), nullptr}, start.data());
  for (int lane = 0; lane < kLanes; ++lane) {
    const auto found = [&](int a) { return start[static_cast<std::size_t>(a * kLanes + lane)]; };
    EXPECT_NEAR(found(0), 10.2, 0.6);
    EXPECT_NEAR(found(1), 6.4, 0.6);
    EXPECT_NEAR(found(2), theta[lane][2].item<double>(), 0.25);
    EXPECT_NEAR(found(3) / 5000.0, 1.0, 0.3);
  }
}

TEST(PupilEmitters, SamplesThatAreTooCoarseForTheDepthAreRefused) {
  auto params = astigmatic();
  params.depth[1] = Length::from_m(40e-6);
  try {
    const PupilEmitters model(params, wide());
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("model.plane.pitch: the phase of the pupil turns"), std::string::npos);
    EXPECT_NE(text.find("at a depth of 40 um; take finer samples"), std::string::npos);
  }
}

}  // namespace
}  // namespace parfocal::smlm
