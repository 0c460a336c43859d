// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/edge.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/scalar_tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "optics/plane.h"

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(15, 22, 0.65e-6, 0.80e-6);

/// Share of sample (i, j) where y n_y + x n_x <= d, by 500 x 500 points.
double counted_share(std::int64_t i, std::int64_t j, double n_y, double n_x, double d) {
  constexpr int kPoints = 500;
  std::int64_t inside = 0;
  for (int a = 0; a < kPoints; ++a) {
    const double y = kGrid.y_m(i) + ((a + 0.5) / kPoints - 0.5) * kGrid.pitch_y_m;
    for (int b = 0; b < kPoints; ++b) {
      const double x = kGrid.x_m(j) + ((b + 0.5) / kPoints - 0.5) * kGrid.pitch_x_m;
      inside += y * n_y + x * n_x <= d ? 1 : 0;
    }
  }
  return static_cast<double>(inside) / (kPoints * kPoints);
}

TEST(Edge, SmoothIsTheAreaOfTheSampleThatAStraightEdgeLeavesOpen) {
  for (const double angle : {0.0, 0.4, 0.9, 1.5}) {
    const double n_y = std::sin(angle), n_x = std::cos(angle), d = 0.33e-6;
    const at::Tensor distance =
        d - y_coordinates_m(kGrid).unsqueeze(1) * n_y - x_coordinates_m(kGrid) * n_x;
    const Boundary boundary{distance, at::scalar_tensor(n_y, at::kDouble),
                            at::scalar_tensor(n_x, at::kDouble)};
    const at::Tensor open = opening(boundary, kGrid, Edge::kSmooth);
    for (const auto& [i, j] : {std::pair{7, 11}, {7, 12}, {8, 11}, {6, 11}, {6, 12}, {2, 3}}) {
      EXPECT_NEAR(open[i][j].item<double>(), counted_share(i, j, n_y, n_x, d), 4e-3)
          << angle << " " << i << " " << j;
    }
  }
}

TEST(Edge, SharpIsDecidedAtTheCentreOfTheSample) {
  const at::Tensor x = x_coordinates_m(kGrid);
  const at::Tensor zero = at::scalar_tensor(0.0, at::kDouble);
  const Boundary boundary{1.6e-6 - x, zero, zero + 1.0};
  EXPECT_TRUE(opening(boundary, kGrid, Edge::kSharp).equal((x <= 1.61e-6).to(at::kDouble)));
}

}  // namespace
}  // namespace parfocal::optics
