// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/misalignment.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/optics/parts.h"
#include "tests/support/gradient_check.h"

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(15, 22, 0.65e-6, 0.80e-6);

at::Tensor by(double y_m, double x_m, double rad, double magnification) {
  return at::tensor({y_m, x_m, rad, magnification}, at::kDouble);
}

at::Tensor y_of(const Grid& grid) {
  return (at::arange(grid.n_y, at::kDouble) - grid.origin_y).unsqueeze(1) * grid.pitch_y_m;
}
at::Tensor x_of(const Grid& grid) {
  return (at::arange(grid.n_x, at::kDouble) - grid.origin_x).unsqueeze(0) * grid.pitch_x_m;
}

TEST(Misalignment, WholePixelsAreAShift) {
  const at::Tensor h = random_real({15, 22}, 1) * 1e-6;
  EXPECT_LE((displaced(h, kGrid, by(0, 0, 0, 1)) - h).abs().max().item<double>(), 1e-20);
  const at::Tensor moved = displaced(h, kGrid, by(2 * 0.65e-6, -3 * 0.80e-6, 0, 1));
  const at::Tensor expected = h.narrow(0, 0, 13).narrow(1, 3, 19);
  EXPECT_LE((moved.narrow(0, 2, 13).narrow(1, 0, 19) - expected).abs().max().item<double>(), 1e-19);
  EXPECT_LE((moved[0] - moved[1]).abs().max().item<double>(), 1e-19);
}

TEST(Misalignment, PlanesStayPlanesUnderEveryDisplacement) {
  const at::Tensor plane = y_of(kGrid) * 0.3 + x_of(kGrid) * 0.1;
  const double angle = 0.03, m = 1.02, sy = 0.2e-6, sx = -0.3e-6;
  const at::Tensor y = y_of(kGrid) - sy, x = x_of(kGrid) - sx;
  const at::Tensor expected = ((y * std::cos(angle) - x * std::sin(angle)) * 0.3 +
                               (x * std::cos(angle) + y * std::sin(angle)) * 0.1) /
                              m;
  const at::Tensor got = displaced(plane, kGrid, by(sy, sx, angle, m));
  const at::Tensor inside = (got - expected).narrow(0, 2, 11).narrow(1, 2, 18);
  EXPECT_LE(inside.abs().max().item<double>(), 1e-20);
}

TEST(Misalignment, AQuarterTurnTakesXToY) {
  const Grid square = Grid::centred(9, 9, 1e-6, 1e-6);
  at::Tensor h = at::zeros({9, 9}, at::kDouble);
  h[4][7].fill_(1e-6);  // on +x
  const at::Tensor turned = displaced(h, square, by(0, 0, std::numbers::pi / 2, 1));
  EXPECT_NEAR(turned[7][4].item<double>(), 1e-6, 1e-18);  // on +y
  EXPECT_NEAR(turned.sum().item<double>(), 1e-6, 1e-18);
}

TEST(Misalignment, IsDifferentiableInTheDisplacement) {
  const at::Tensor h = random_real({15, 22}, 2), weight = random_real({15, 22}, 3);
  at::Tensor leaf = at::tensor({0.11, -0.17, 0.013, 1.01}, at::kDouble);  // um, um, rad, 1
  leaf.requires_grad_(true);
  const at::Tensor units = at::tensor({1e-6, 1e-6, 1.0, 1.0}, at::kDouble);
  test::GradientOptions options;
  options.step = 1e-5;
  const auto report = test::check_gradient(
      [&] { return (displaced(h, kGrid, leaf * units) * weight).sum(); }, {{"d", leaf}}, options);
  EXPECT_TRUE(report.good()) << report.table();
}

TEST(Misalignment, DrawsAreSymmetricAndOfTheStatedWidth) {
  const Misalignment uniform({Length::from_m(2e-6), Angle::from_rad(5e-3), 0.002}, {});
  const at::Tensor widths = at::tensor({2e-6, 2e-6, 5e-3, 0.002}, at::kDouble);
  RandomStream random(9, "mount");
  constexpr int kDraws = 4000;
  at::Tensor first = at::zeros({4}, at::kDouble), second = at::zeros({4}, at::kDouble);
  for (int k = 0; k < kDraws; ++k) {
    const at::Tensor e = (uniform.draw(random) - by(0, 0, 0, 1)) / widths;
    EXPECT_LE(e.abs().max().item<double>(), 1.0 + 1e-12);
    first += e / kDraws;
    second += e.square() / kDraws;
  }
  EXPECT_LE(first.abs().max().item<double>(), 5 * std::sqrt(1.0 / 3.0 / kDraws));
  EXPECT_LE((second - 1.0 / 3.0).abs().max().item<double>(),
            5 * std::sqrt((0.2 - 1.0 / 9) / kDraws));
}

}  // namespace
}  // namespace parfocal::optics
