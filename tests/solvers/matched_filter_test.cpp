// SPDX-License-Identifier: Apache-2.0
#include "solvers/localization/matched_filter.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/tensor/random.h"
#include "tests/conformance/emitter_case.h"
#include "tests/conformance/imaging_case.h"

namespace parfocal::solvers {
namespace {

using conformance::EmitterCase;

constexpr std::int64_t kSide = 60;

/// Two emitters at different depths on a background of 50.
at::Tensor two_emitters(const EmitterCase& scene) {
  at::Tensor frame = at::zeros({1, kSide, kSide}, at::kDouble) + 50.0;
  const auto add = [&](std::int64_t y, std::int64_t x, double z, double photons) {
    // The window of 13 x 15 around pixel (6, 7).
    const at::Tensor theta =
        at::tensor(std::vector<double>{7.0, 6.0, z, photons, 0.0}, at::kDouble);
    const at::Tensor image = scene.model.forward(theta.view({1, 1, 5}))[0][0];
    frame[0].narrow(0, y - 6, 13).narrow(1, x - 7, 15).add_(image);
  };
  add(20, 17, 0.2, 3000);
  add(38, 41, 0.65, 3000);
  return RandomStream(3, "photons").poisson(frame);
}

TEST(MatchedFilter, FindsEmittersOfEveryDepthAndNothingElse) {
  const EmitterCase scene(at::kDouble, at::kCPU);
  MatchedFilter filter({11, 8.0, 9}, {});
  filter.know(scene.model);
  const std::vector<Spot> spots = filter.detect(two_emitters(scene));
  ASSERT_EQ(spots.size(), 2U);
  EXPECT_NEAR(double(spots[0].y), 20, 1);
  EXPECT_NEAR(double(spots[0].x), 17, 1);
  EXPECT_NEAR(double(spots[1].y), 38, 1);
  EXPECT_NEAR(double(spots[1].x), 41, 1);
}

/// By the sum over the window, for one depth after the other.
TEST(MatchedFilter, TheScoreIsThePhotonsOverTheirDeviation) {
  const EmitterCase scene(at::kDouble, at::kCPU);
  MatchedFilter filter({11, 8.0, 9}, {});
  filter.know(scene.model);
  const at::Tensor frame = two_emitters(scene);
  const Spot spot = filter.detect(frame).front();
  const double level = frame[0].median().item<double>();
  const double noise = 1.4826 * (frame[0] - level).abs().median().item<double>();
  double best = 0;
  for (int k = 0; k < 9; ++k) {
    const double z = 0.1 + 0.6 * k / 8.0;
    const at::Tensor theta = at::tensor(std::vector<double>{7.0, 6.0, z, 1.0, 0.0}, at::kDouble);
    const at::Tensor h = scene.model.forward(theta.view({1, 1, 5}))[0][0];
    const at::Tensor t = h - h.mean();
    const at::Tensor d = frame[0].narrow(0, spot.y - 6, 13).narrow(1, spot.x - 7, 15) - level;
    best = std::max(
        best, (d * t).sum().item<double>() / (noise * std::sqrt(t.square().sum().item<double>())));
  }
  EXPECT_NEAR(spot.score / best, 1, 1e-10);
}

TEST(MatchedFilter, DarkAndEvenFramesHoldNothing) {
  const EmitterCase scene(at::kDouble, at::kCPU);
  MatchedFilter filter({11, 8.0, 9}, {});
  filter.know(scene.model);
  const at::Tensor dark = at::zeros({1, kSide, kSide}, at::kDouble);
  EXPECT_TRUE(filter.detect(dark).empty());
  EXPECT_TRUE(filter.detect(dark + 7.0).empty());
  const conformance::ImagingCase camera(at::kDouble, at::kCPU);
  EXPECT_THROW(filter.know(camera.model), UsageError);
}

}  // namespace
}  // namespace parfocal::solvers
