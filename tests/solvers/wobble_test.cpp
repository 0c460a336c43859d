// SPDX-License-Identifier: Apache-2.0
#include "solvers/metrics/wobble.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace parfocal::solvers {
namespace {

double shift_x(double z) { return 20 + 0.04 * z - 3e-5 * z * z + 6e-8 * z * z * z; }
double shift_y(double z) { return -0.02 * z; }

struct Beads {
  std::vector<EmitterPlace> truth, found;
};

/// Two beads in every plane, -750 to 750 nm in steps of 10; `apart` pulls them to both sides.
Beads beads(double apart, int step = 10) {
  Beads all;
  std::int64_t frame = 0;
  for (int z = -750; z <= 750; z += step, ++frame) {
    for (const double x : {1000.0, 4000.0}) {
      const double side = x < 2000 ? apart : -apart;
      all.truth.push_back({frame, x, 2000, static_cast<double>(z)});
      all.found.push_back({frame, x + shift_x(z) + side, 2000 + shift_y(z), 0});
    }
  }
  return all;
}

TEST(Wobble, APolynomialOfThirdDegreeIsKept) {
  const Beads all = beads(15);
  const Wobble wobble(all.truth, all.found, {});
  for (const double z : {-750.0, -300.0, -10.0, 0.0, 440.0, 750.0}) {
    EXPECT_NEAR(wobble.at(z)[0], shift_x(z), 1e-7) << z;
    EXPECT_NEAR(wobble.at(z)[1], shift_y(z), 1e-7) << z;
  }
}

TEST(Wobble, TheNearestPlaneCounts) {
  const Beads all = beads(0);
  const Wobble wobble(all.truth, all.found, {});
  EXPECT_EQ(wobble.at(104.9), wobble.at(100));
  EXPECT_EQ(wobble.at(105.1), wobble.at(110));
  EXPECT_EQ(wobble.at(-2000), wobble.at(-750));
  EXPECT_EQ(wobble.at(2000), wobble.at(750));
}

TEST(Wobble, WhatIsFarFromABeadIsNoBead) {
  Beads all = beads(0);
  const Wobble clean(all.truth, all.found, {});
  for (std::int64_t frame = 0; frame < 151; ++frame) all.found.push_back({frame, 2600, 2000, 0});
  const Wobble with_others(all.truth, all.found, {});
  EXPECT_EQ(with_others.at(300), clean.at(300));
}

TEST(Wobble, TooFewPlanesAreAnError) {
  const Beads all = beads(0, 150);  // 11 planes, 12 coefficients.
  EXPECT_THROW(Wobble(all.truth, all.found, {}), DataError);
  EXPECT_NO_THROW(Wobble(all.truth, all.found, {500, 4}));
  EXPECT_THROW(Wobble({}, {}, {}), DataError);
}

}  // namespace
}  // namespace parfocal::solvers
