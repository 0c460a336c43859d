// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/gap.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/fft_fftshift.h>
#include <ATen/ops/scalar_tensor.h>
#include <gtest/gtest.h>

namespace parfocal::optics {
namespace {

TEST(Gap, HoldsTheWavelengthInItsMedium) {
  const Beam beam{Grid::centred(4, 5, 1e-6, 2e-6), 532e-9, 1.33};
  const Gap gap = Gap::of(beam, at::scalar_tensor(1e-3, at::kDouble));
  EXPECT_DOUBLE_EQ(gap.l_m(), 532e-9 / 1.33);
  EXPECT_DOUBLE_EQ(gap.pitch_x_m.item<double>(), 2e-6);
}

TEST(Gap, CentredFrequenciesAreThoseOfTheFftInAscendingOrder) {
  const Beam beam{Grid::centred(4, 5, 1e-6, 2e-6), 532e-9};
  const Gap gap = Gap::of(beam, at::scalar_tensor(1e-3, at::kDouble));
  const Frequencies fft = fft_frequencies(gap, 8, 9), centred = centred_frequencies(gap, 8, 9);
  EXPECT_TRUE(at::allclose(at::fft_fftshift(fft.y, at::IntArrayRef({0})), centred.y, 1e-14, 0));
  EXPECT_TRUE(at::allclose(at::fft_fftshift(fft.x, at::IntArrayRef({1})), centred.x, 1e-14, 0));
  EXPECT_DOUBLE_EQ(centred.y[0][0].item<double>(), -0.5e6);
}

}  // namespace
}  // namespace parfocal::optics
