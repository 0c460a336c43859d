// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/slope_limit.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(6, 7, 1e-6, 1.5e-6);
constexpr double kSlope = 0.4;

SlopeLimit limit() { return {{kSlope}, {}}; }

double rise(std::int64_t p, std::int64_t q) {
  return kSlope *
         (std::abs(double(p / 7 - q / 7)) * 1e-6 + std::abs(double(p % 7 - q % 7)) * 1.5e-6);
}

TEST(SlopeLimit, IsTheNearestFeasibleMapInTheMaximumNorm) {
  const at::Tensor h = random_real({6, 7}, 3) * 1e-6;
  const at::Tensor nearest = limit().project(h, kGrid);
  const double* before = h.data_ptr<double>();
  const double* after = nearest.data_ptr<double>();
  // Two pixels that differ by more than their rise must move towards each other: a lower bound.
  double bound = 0.0, steepest = 0.0;
  for (std::int64_t p = 0; p < 42; ++p) {
    for (std::int64_t q = 0; q < 42; ++q) {
      bound = std::max(bound, (std::abs(before[p] - before[q]) - rise(p, q)) / 2.0);
      if (p != q) steepest = std::max(steepest, std::abs(after[p] - after[q]) / rise(p, q));
    }
  }
  EXPECT_GT(bound, 0.1e-6);
  EXPECT_NEAR((nearest - h).abs().max().item<double>(), bound, 1e-18);
  EXPECT_LE(steepest, 1.0 + 1e-12);
}

TEST(SlopeLimit, LeavesFeasibleMapsAlone) {
  const at::Tensor h = random_real({6, 7}, 4) * 1e-8;
  EXPECT_LE((limit().project(h, kGrid) - h).abs().max().item<double>(), 1e-21);
  EXPECT_EQ(limit().penalty(h, kGrid).item<double>(), 0.0);
}

TEST(SlopeLimit, PunishesTheExcessPerPair) {
  at::Tensor h = at::zeros({6, 7}, at::kDouble);
  h.narrow(1, 3, 4).fill_(1.2e-6);  // slope 0.8 over six pairs of 5 x 7 + 6 x 6
  EXPECT_NEAR(limit().penalty(h, kGrid).item<double>(), 6.0 / 71.0, 1e-12);
}

}  // namespace
}  // namespace parfocal::optics
