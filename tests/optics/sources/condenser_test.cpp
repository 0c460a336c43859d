// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/condenser.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "optics/sources/condenser_pixels.h"
#include "optics/sources/condenser_sectors.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using optics::CondenserPixels;
using optics::CondenserSectors;

Angle degrees(double value) { return Angle::from_rad(value * std::numbers::pi / 180.0); }

/// Sines of -0.5 to 0.5 in steps of 0.05, at the wavelength 1.
at::Tensor axis() { return (at::arange(21, at::kDouble) - 10.0) * 0.05; }

CondenserSectors::Params sectors(std::vector<double> directions, double width = 180.0) {
  CondenserSectors::Params params;
  params.na = 0.4;
  for (const double direction : directions) params.directions.push_back(degrees(direction));
  params.width = degrees(width);
  return params;
}

at::Tensor patterns(const CondenserSectors::Params& params) {
  return CondenserSectors(params, BuildContext{}).patterns(axis(), axis(), 1.0);
}

/// Membership by the angle of every sample alone; samples on an edge are not asked for.
double by_angle(double y, double x, double direction, double width) {
  const double turned = std::remainder(std::atan2(y, x) - direction, 2.0 * std::numbers::pi);
  return std::hypot(y, x) <= 0.4 * (1.0 + 1e-12) && std::abs(turned) < 0.5 * width ? 1.0 : 0.0;
}

TEST(CondenserSectors, HoldTheSamplesOfTheirAngles) {
  for (const double width : {40.0, 90.0, 180.0, 250.0, 360.0}) {
    const double direction = 33.0;
    const at::Tensor pattern = patterns(sectors({direction}, width))[0];
    for (std::int64_t y = 0; y < 21; ++y) {
      for (std::int64_t x = 0; x < 21; ++x) {
        if (y == 10 && x == 10) continue;  // The middle lies on every edge.
        const double expected =
            by_angle(0.05 * static_cast<double>(y - 10), 0.05 * static_cast<double>(x - 10),
                     degrees(direction).rad(), degrees(width).rad());
        EXPECT_EQ(pattern[y][x].item<double>(), expected) << width << " " << y << " " << x;
      }
    }
  }
}

TEST(CondenserSectors, OppositeHalvesAddUpToTheDisc) {
  const at::Tensor halves = patterns(sectors({0.0, 180.0, 90.0, 270.0}));
  const at::Tensor disc = patterns(sectors({0.0}, 360.0))[0];
  EXPECT_TRUE(identical(halves[0] + halves[1], disc));
  EXPECT_TRUE(identical(halves[2] + halves[3], disc));
  EXPECT_EQ(halves[0][10][14].item<double>(), 1.0);  // Lights towards +x.
  EXPECT_EQ(halves[2][14][10].item<double>(), 1.0);  // And towards +y, down.
}

TEST(CondenserSectors, RingsLeaveOutTheMiddleAndGradientsRise) {
  CondenserSectors::Params ring = sectors({0.0}, 360.0);
  ring.inner_na = 0.3;
  const at::Tensor pattern = patterns(ring)[0];
  EXPECT_EQ(pattern[10][15].item<double>(), 0.0);
  EXPECT_EQ(pattern[10][16].item<double>(), 1.0);
  CondenserSectors::Params gradient = sectors({90.0}, 360.0);
  gradient.profile = CondenserSectors::Profile::kGradient;
  const at::Tensor ramp = patterns(gradient)[0];
  EXPECT_NEAR(ramp[18][10].item<double>(), 1.0, 1e-12);
  EXPECT_NEAR(ramp[10][10].item<double>(), 0.5, 1e-12);
  EXPECT_NEAR(ramp[2][10].item<double>(), 0.0, 1e-12);
}

TEST(CondenserPixels, StartAsNoisyHalfDiscsOfTheSeed) {
  CondenserPixels::Params params;
  params.na = 0.4;
  params.size = {4, 6};
  params.directions = {degrees(0.0), degrees(90.0)};
  ParameterTree tree;
  BuildContext context;
  context.path = "model.condenser";
  context.dtype = at::kDouble;
  context.parameters = &tree;
  const CondenserPixels source(params, context);
  at::Tensor leaf = tree.at("model.condenser.brightness").leaf;
  ASSERT_EQ(leaf.sizes(), at::IntArrayRef({2, 4, 6}));
  EXPECT_LE((leaf[0].narrow(1, 3, 3) - 0.9).abs().max().item<double>(), 0.1);
  EXPECT_LE((leaf[1].narrow(0, 0, 2) - 0.1).abs().max().item<double>(), 0.1);
  EXPECT_GE(leaf[0].narrow(1, 3, 3).std().item<double>(), 0.01);
  // A sample takes the value of its pixel; beyond the disc there is no light.
  leaf[1][3][2].fill_(0.75);
  const at::Tensor seen = source.patterns(axis(), axis(), 1.0)[1];
  EXPECT_EQ(seen[16][9].item<double>(), 0.75);  // (0.3, -0.05): row 3 of 4, column 2 of 6.
  EXPECT_EQ(seen[18][2].item<double>(), 0.0);
}

}  // namespace
}  // namespace parfocal::test
