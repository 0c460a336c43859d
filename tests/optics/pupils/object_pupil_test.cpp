// SPDX-License-Identifier: Apache-2.0
#include "optics/pupils/object_pupil.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/angle.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace parfocal::test {
namespace {

constexpr double kWavelength = 520e-9;

at::Tensor sines(std::initializer_list<double> values) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble) / kWavelength;
}

TEST(ObjectPupil, IsOpenUpToItsRim) {
  optics::ObjectPupil::Params params;
  params.na = 0.4;
  const at::Tensor p = optics::ObjectPupil(params, BuildContext{})
                           .at(sines({0.0, 0.3}), sines({-0.41, -0.4, 0.0, 0.27}), kWavelength);
  const double expected[2][4] = {{0, 1, 1, 1}, {0, 0, 1, 0}};
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 4; ++x) EXPECT_EQ(p[y][x].abs().item<double>(), expected[y][x]) << y << x;
  }
}

TEST(ObjectPupil, DefocusIsTheExtraPathOfATiltedWave) {
  optics::ObjectPupil::Params params;
  params.na = 0.9;
  params.index = 1.33;
  params.defocus = Length::from_m(0.3e-6);
  const at::Tensor p =
      optics::ObjectPupil(params, BuildContext{}).at(sines({0.2}), sines({0.7}), kWavelength);
  const double k = 2.0 * std::numbers::pi / kWavelength;
  const double along = k * (std::sqrt(1.33 * 1.33 - 0.2 * 0.2 - 0.7 * 0.7) - 1.33);
  EXPECT_NEAR(p[0][0].angle().item<double>(), along * 0.3e-6, 1e-12);
}

TEST(ObjectPupil, AstigmatismRisesAlongXAndFallsAlongY) {
  optics::ObjectPupil::Params params;
  params.na = 0.4;
  params.noll = {6};
  params.aberrations = {Angle::from_rad(0.2)};
  const at::Tensor p = optics::ObjectPupil(params, BuildContext{})
                           .at(sines({0.0, 0.4}), sines({0.0, 0.4}), kWavelength);
  // Z6 = sqrt(6) rho^2 cos(2 theta)
  EXPECT_NEAR(p[0][1].angle().item<double>(), 0.2 * std::sqrt(6.0), 1e-12);
  EXPECT_NEAR(p[1][0].angle().item<double>(), -0.2 * std::sqrt(6.0), 1e-12);
}

}  // namespace
}  // namespace parfocal::test
