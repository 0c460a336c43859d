// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/transfer_filter.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/tensor/fft.h"
#include "tests/optics/parts.h"
#include "tests/support/adjoint_gap.h"

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(5, 6, 1e-6, 1e-6);

TEST(TransferFilter, IsTheLinearConvolutionWithItsKernel) {
  const at::Tensor kernel = random_complex({9, 12}, 1);
  const TransferFilter filter("filter", kGrid, fft2(kernel));
  const at::Tensor field = random_complex({5, 6}, 2);
  at::Tensor expected = at::zeros_like(field);
  for (int y = 0; y < 5; ++y)
    for (int x = 0; x < 6; ++x)
      for (int v = 0; v < 5; ++v)
        for (int u = 0; u < 6; ++u)
          expected[y][x] += field[v][u] * kernel[(y - v + 9) % 9][(x - u + 12) % 12];
  EXPECT_LE(relative_error(filter.forward(field), expected), 1e-13);
  EXPECT_LE(test::adjoint_gap(filter), 1e-12);
}

TEST(TransferFilter, CountsTheEnergyThatItLeavesOut) {
  at::Tensor transfer = random_complex({5, 6}, 3);
  const at::Tensor field = random_complex({5, 6}, 4);
  EXPECT_EQ(TransferFilter("filter", kGrid, transfer).discarded_energy(field), 0.0);
  transfer.select(1, 2).zero_();
  const at::Tensor energy = fft2(field).abs().square();
  EXPECT_NEAR(TransferFilter("filter", kGrid, transfer).discarded_energy(field),
              (energy.select(1, 2).sum() / energy.sum()).item<double>(), 1e-14);
}

TEST(TransferFilter, AnotherFieldIsALogicErrorWithItsName) {
  const TransferFilter filter("filter", kGrid, random_complex({5, 6}, 5));
  EXPECT_THROW((void)filter.forward(random_complex({6, 5}, 6)), LogicError);
}

}  // namespace
}  // namespace parfocal::optics
