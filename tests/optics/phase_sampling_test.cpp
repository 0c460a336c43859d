// SPDX-License-Identifier: Apache-2.0
#include "optics/phase_sampling.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace parfocal::optics {
namespace {

at::Tensor ramp(double step_rad) {
  return (at::arange(40, at::kDouble) * step_rad).expand({30, 40});
}

TEST(PhaseSampling, StepsUpToPiPass) {
  const Grid grid = Grid::centred(30, 40, 2e-6, 2e-6);
  EXPECT_NO_THROW(
      check_phase_sampling("optics.mask", ramp(3.1), at::ones({30, 40}, at::kDouble), grid));
}

TEST(PhaseSampling, LargerStepsAreAnErrorThatNamesTheNeededPitch) {
  const Grid grid = Grid::centred(30, 40, 2e-6, 2e-6);
  try {
    check_phase_sampling("optics.mask", ramp(4.0), at::ones({30, 40}, at::kDouble), grid);
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(
        error.what(),
        "optics.mask: phase aliases: it steps by up to 4 rad per sample, limit pi, for 98 % of "
        "the light at a sample pitch of 2 um; take samples of 1.57 um or finer");
  }
}

TEST(PhaseSampling, PlacesWithoutLightDoNotCount) {
  const Grid grid = Grid::centred(30, 40, 2e-6, 2e-6);
  at::Tensor light = at::ones({30, 40}, at::kDouble);
  at::Tensor phase = ramp(1.0).clone();
  phase.slice(1, 30) = phase.slice(1, 30) * 7.0;
  light.slice(1, 30) = 0.0;
  EXPECT_NO_THROW(check_phase_sampling("optics.mask", phase, light, grid));
}

TEST(PhaseSampling, OfAFieldCountsTheLightOfAllItsPlanes) {
  const Grid grid = Grid::centred(30, 40, 2e-6, 2e-6);
  const at::Tensor dark = at::zeros({2, 30, 40}, at::kComplexFloat);
  EXPECT_NO_THROW(check_phase_sampling_of(dark, ramp(4.0), grid, "optics.mask"));
  at::Tensor lit = dark.clone();
  lit[1].fill_(1.0);
  EXPECT_NO_THROW(check_phase_sampling_of(lit, ramp(3.1), grid, "optics.mask"));
  EXPECT_THROW(check_phase_sampling_of(lit, ramp(4.0), grid, "optics.mask"), SamplingError);
  const Grid turned = Grid::centred(40, 30, 2e-6, 2e-6);
  EXPECT_THROW(check_phase_sampling_of(lit.mT(), ramp(4.0).t(), turned, "optics.mask"),
               SamplingError);
}

}  // namespace
}  // namespace parfocal::optics
