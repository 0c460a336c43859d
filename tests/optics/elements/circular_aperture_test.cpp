// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/circular_aperture.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <numbers>

#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

TEST(CircularAperture, OpensTheAreaOfTheDisc) {
  const Beam beam{Grid::centred(401, 300, 1e-6, 1.5e-6), 532e-9, 1.0};
  const CircularAperture stop({Length::from_m(300e-6)}, {});
  const double open = power(stop.apply(at::ones({401, 300}, at::kComplexDouble), beam));
  EXPECT_NEAR(open * 1.5 / (std::numbers::pi * 150 * 150), 1.0, 2e-3);
}

TEST(CircularAperture, FollowsItsCentre) {
  const Beam beam{Grid::centred(9, 9, 1e-6, 1e-6), 532e-9, 1.0};
  const CircularAperture stop({Length::from_m(1e-6), {Length::from_m(2e-6), Length::from_m(-3e-6)}},
                              {});
  const at::Tensor field = stop.apply(at::ones({9, 9}, at::kComplexDouble), beam);
  EXPECT_EQ(power(field), 1.0);
  EXPECT_EQ(field[6][1].abs().item<double>(), 1.0);
}

}  // namespace
}  // namespace parfocal::optics
