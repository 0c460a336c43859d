// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/smoothness.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(7, 9, 1e-6, 2e-6);

double penalty(const at::Tensor& um, Smoothness::Order order) {
  return Smoothness({order}, {}).penalty(um * 1e-6, kGrid).item<double>();
}

TEST(Smoothness, ASpikeCostsItsKernel) {
  at::Tensor spike = at::zeros({7, 9}, at::kDouble);
  spike[3][4].fill_(1.0);
  // One pixel of -8 and eight of 1.
  EXPECT_NEAR(penalty(spike, Smoothness::Order::kAbsolute), 16.0 / 63.0, 1e-12);
  EXPECT_NEAR(penalty(spike, Smoothness::Order::kSquare), 72.0 / 63.0, 1e-12);
}

TEST(Smoothness, APlaneIsFlatInsideAndAConstantEverywhere) {
  EXPECT_NEAR(penalty(at::full({7, 9}, 3.0, at::kDouble), Smoothness::Order::kSquare), 0.0, 1e-24);
  const at::Tensor plane =
      at::arange(7, at::kDouble).unsqueeze(1) * 0.3 - at::arange(9, at::kDouble);
  const at::Tensor inside = eight_neighbour_laplacian(plane).narrow(0, 1, 5).narrow(1, 1, 7);
  EXPECT_LE(inside.abs().max().item<double>(), 1e-13);
}

}  // namespace
}  // namespace parfocal::optics
