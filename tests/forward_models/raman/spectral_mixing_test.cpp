// SPDX-License-Identifier: Apache-2.0
#include "forward_models/raman/spectral_mixing.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/real.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/tensor/random.h"
#include "optics/detectors/gaussian_detector.h"
#include "solvers/priors/non_negative.h"
#include "solvers/priors/total_variation.h"
#include "solvers/proximal/fista.h"
#include "tests/solvers/spectral/map_scene.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using raman::LoadedReferences;
using raman::SpectralMixing;

TEST(SpectralMixing, IsTheSumOverSpeciesAtEveryPoint) {
  const MapScene scene;
  const at::Tensor c = RandomStream(1, "c").uniform({2, 3, MapScene::kY, MapScene::kX});
  const at::Tensor y = scene.model.forward(c);
  const at::Tensor s = MapScene::references().matrix;
  double sum = 0;
  for (std::int64_t k = 0; k < 3; ++k) {
    sum += s[17][k].item<double>() * c[1][k][2][3].item<double>();
  }
  EXPECT_NEAR(y[1][17][2][3].item<double>(), sum, 1e-14);
}

TEST(SpectralMixing, BackgroundsAreSplinesOfSumOneThatMakeAnyStraightLine) {
  SpectralMixing::Params params = MapScene::params();
  params.background = 6;
  const SpectralMixing model(MapScene::references(), params, MapScene::context());
  const at::Tensor splines = model.mixing().narrow(1, 3, 6);
  for (std::int64_t q = 0; q < 6; ++q)
    EXPECT_NEAR(splines.select(1, q).sum().item<double>(), 1, 1e-12);
  EXPECT_EQ(model.domain()[0], 9);
  EXPECT_EQ(model.species().back(), "background_6");
  EXPECT_TRUE((splines >= 0).all().item<bool>());
}

/// Gaussian lines far from the ends: width and shift have closed forms.
LoadedReferences gaussian_line(double centre, double sigma) {
  LoadedReferences found;
  found.names = {"line"};
  found.matrix = at::zeros({200, 1}, at::kDouble);
  for (std::int64_t j = 0; j < 200; ++j) {
    const double d = (static_cast<double>(j) - centre) / sigma;
    found.matrix[j][0] = std::exp(-d * d / 2) / (sigma * std::sqrt(2 * std::numbers::pi));
    found.shift_per_m.push_back(100.0 * (500 + 2 * static_cast<double>(j)));
  }
  return found;
}

TEST(SpectralMixing, LineWidthAndAxisErrorActAsOnAGaussian) {
  SpectralMixing::Params params = MapScene::params();
  params.line_width = RamanShift::from_per_m(100 * 2 * 4.0);  // Four channels.
  params.axis_shift = RamanShift::from_per_m(100 * 2 * 1.5);
  const SpectralMixing model(gaussian_line(90, 3), params, MapScene::context());
  // S(nu + delta) lies delta lower on the axis.
  const LoadedReferences expected = gaussian_line(88.5, 5);
  EXPECT_LT(relative_difference(model.mixing(), expected.matrix), 1e-9);
}

TEST(SpectralMixing, BlurIsAGaussianOverThePoints) {
  SpectralMixing::Params params = MapScene::params();
  params.size = {32, 40};
  params.blur = 1.5;
  const SpectralMixing model(gaussian_line(90, 3), params, MapScene::context());
  at::Tensor c = at::zeros({1, 1, 32, 40}, at::kDouble);
  c[0][0][16][20] = 1.0;
  const at::Tensor y = model.forward(c)[0][90];
  const double peak = model.mixing()[90][0].item<double>();
  const double norm = 2 * std::numbers::pi * 1.5 * 1.5;
  EXPECT_NEAR(y[16][20].item<double>(), peak / norm, 1e-6 * peak);
  EXPECT_NEAR(y[18][19].item<double>(), peak / norm * std::exp(-5 / (2 * 2.25)), 1e-6 * peak);
  EXPECT_LT(adjoint_gap(model), 1e-12);
}

TEST(SpectralMixing, TransferFunctionsAreTheModel) {
  SpectralMixing::Params params = MapScene::params();
  params.size = {5, 6};
  params.blur = 0.7;
  const SpectralMixing model(MapScene::references(), params, MapScene::context());
  EXPECT_EQ(model.transfer().sizes(), at::IntArrayRef({1, 60, 3, 5, 4}));
  const at::Tensor dc = at::real(model.transfer()[0].select(2, 0).select(2, 0));
  EXPECT_LT(relative_difference(dc, model.mixing()), 1e-14);
}

TEST(SpectralMixing, UnevenAxesHaveNoWidthAndNoShift) {
  LoadedReferences references = gaussian_line(90, 3);
  references.shift_per_m[50] += 60;
  SpectralMixing::Params params = MapScene::params();
  EXPECT_NO_THROW(SpectralMixing(references, params, MapScene::context()));
  params.axis_shift = RamanShift::from_per_m(100);
  EXPECT_THROW(SpectralMixing(references, params, MapScene::context()), UsageError);
}

TEST(SpectralMixing, SharedSolverFindsNonNegativeMaps) {
  const MapScene scene;
  at::Tensor c = RandomStream(1, "c").uniform({1, 3, MapScene::kY, MapScene::kX}, at::kDouble);
  c.select(1, 1).fill_(0);
  optics::GaussianDetector::Params noise;
  Problem problem;
  problem.model = std::make_shared<SpectralMixing>(MapScene::references(), MapScene::params(),
                                                   MapScene::context());
  problem.likelihood = std::make_shared<optics::GaussianDetector>(noise, BuildContext{});
  problem.priors = {std::make_shared<solvers::NonNegative>()};
  problem.counts = scene.model.forward(c);
  solvers::Fista::Params params;
  params.iterations = 3000;
  params.start = solvers::Start::kZero;
  const SolveResult solved = solve(solvers::Fista(params), problem);
  EXPECT_LT(relative_difference(solved.estimate, c), 1e-6);
  EXPECT_GE(solved.estimate.min().item<double>(), 0);
}

}  // namespace
}  // namespace parfocal::test
