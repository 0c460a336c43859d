// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/interpolation.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/matmul.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "optics/elements/surfaces/control_grid.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

const at::Tensor kPositions = at::linspace(-3.0, 12.0, 61, at::kDouble);

TEST(Interpolation, WeightsSumToOneEverywhere) {
  for (const Interpolation kind : {Interpolation::kBilinear, Interpolation::kBicubic}) {
    for (const std::int64_t n : {1, 2, 9}) {
      const at::Tensor sums = interpolation_weights(kPositions, n, kind).sum(1);
      EXPECT_LE((sums - 1.0).abs().max().item<double>(), 1e-15) << n;
    }
  }
}

TEST(Interpolation, KeepsTheSamplesAndRepeatsTheOutermost) {
  const at::Tensor values = random_real({9}, 1);
  for (const Interpolation kind : {Interpolation::kBilinear, Interpolation::kBicubic}) {
    const at::Tensor on_samples = interpolation_weights(at::arange(9, at::kDouble), 9, kind);
    EXPECT_TRUE(at::matmul(on_samples, values).equal(values));
    const at::Tensor beyond = at::matmul(interpolation_weights(kPositions, 9, kind), values);
    EXPECT_NEAR(beyond[0].item<double>(), values[0].item<double>(), 1e-15);
    EXPECT_NEAR(beyond[60].item<double>(), values[8].item<double>(), 1e-15);
  }
}

// Keys' kernel is of third order: exact for parabolas, which bilinear weights miss by up to 1/4.
TEST(Interpolation, BicubicReproducesParabolasInside) {
  const at::Tensor sites = at::arange(9, at::kDouble);
  const at::Tensor inside = at::linspace(1.0, 7.0, 43, at::kDouble);
  const auto error = [&](Interpolation kind) {
    const at::Tensor got = at::matmul(interpolation_weights(inside, 9, kind), sites.square());
    return (got - inside.square()).abs().max().item<double>();
  };
  EXPECT_LE(error(Interpolation::kBicubic), 1e-13);
  EXPECT_GE(error(Interpolation::kBilinear), 0.2);
}

/// Keys' kernel, written out.
double keys(double t) {
  t = std::abs(t);
  if (t <= 1.0) return 1.5 * t * t * t - 2.5 * t * t + 1.0;
  return t < 2.0 ? -0.5 * t * t * t + 2.5 * t * t - 4.0 * t + 2.0 : 0.0;
}

/// Sum over all control points, those beyond the rim repeated.
double bicubic(const at::Tensor& c, double p_y, double p_x) {
  double sum = 0.0;
  for (std::int64_t a = -4; a < c.size(0) + 4; ++a) {
    for (std::int64_t b = -4; b < c.size(1) + 4; ++b) {
      const double value = c[std::clamp<std::int64_t>(a, 0, c.size(0) - 1)]
                            [std::clamp<std::int64_t>(b, 0, c.size(1) - 1)]
                                .item<double>();
      sum += keys(p_y - static_cast<double>(a)) * keys(p_x - static_cast<double>(b)) * value;
    }
  }
  return sum;
}

TEST(ControlGrid, BicubicOverADiameterIsTheSumOverItsPoints) {
  ParameterTree tree;
  BuildContext context;
  context.path = "surface";
  context.parameters = &tree;
  ControlGrid::Params params;
  params.size = {4, 5};
  params.interpolation = Interpolation::kBicubic;
  params.diameter = Length::from_m(20e-6);
  const ControlGrid surface(params, context);
  const at::Tensor leaf = tree.at("surface.phase").leaf;
  const Grid grid = Grid::centred(31, 22, 0.65e-6, 0.80e-6);
  const SurfaceScale scale{0.5, 532e-9};
  const at::Tensor phase = surface.height_m(grid, scale) / scale.m_per_rad();
  for (const auto& [i, j] : {std::pair{0, 0}, {15, 11}, {4, 19}, {30, 21}}) {
    const double p_y = (grid.y_m(i) / 20e-6 + 0.5) * 4 - 0.5;
    const double p_x = (grid.x_m(j) / 20e-6 + 0.5) * 5 - 0.5;
    EXPECT_NEAR(phase[i][j].item<double>(), bicubic(leaf, p_y, p_x), 1e-12) << i << " " << j;
  }
}

TEST(ControlGrid, StartsNormalFromTheSeedOfTheRun) {
  const auto start = [](std::uint64_t seed, const std::string& path) {
    ParameterTree tree;
    BuildContext context;
    context.path = path;
    context.seed = seed;
    context.parameters = &tree;
    ControlGrid::Params params;
    params.size = {64, 64};
    const ControlGrid surface(params, context);
    return tree.at(path + ".phase").leaf;
  };
  const at::Tensor first = start(1, "a");
  // 4096 numbers: their standard deviation is known to 0.3 / sqrt(2 4096) = 0.0033.
  EXPECT_NEAR(first.std().item<double>(), 0.3, 0.012);
  EXPECT_TRUE(start(1, "a").equal(first));
  EXPECT_FALSE(start(2, "a").equal(first));
  EXPECT_FALSE(start(1, "b").equal(first));
}

}  // namespace
}  // namespace parfocal::optics
