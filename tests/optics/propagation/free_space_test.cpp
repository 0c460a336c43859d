// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/free_space.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "optics/propagation/angular_spectrum.h"
#include "optics/propagation/rayleigh_sommerfeld.h"
#include "tests/optics/parts.h"
#include "tests/optics/propagation/waves.h"

namespace parfocal::optics {
namespace {

using Method = PropagationChoice::Method;

const Beam kBeam{Grid::centred(128, 128, 1e-6, 1e-6), 0.5e-6};

FreeSpace element(double z_m) {
  BuildContext context;
  context.path = "optics.gap";
  return {{Length::from_m(z_m), std::nullopt}, context};
}

TEST(FreeSpace, ShortPathsGoByAngularSpectrumAndLongOnesByRayleighSommerfeld) {
  const PropagationChoice near = choose_propagation(gap_over(kBeam, 0.3e-3));
  EXPECT_EQ(near.method, Method::kAngularSpectrum);
  EXPECT_EQ(near.padding, 2);
  const PropagationChoice far = choose_propagation(gap_over(kBeam, 5e-3));
  EXPECT_EQ(far.method, Method::kRayleighSommerfeld);
  EXPECT_EQ(element(5e-3).decision(at::Tensor(), kBeam),
            "optics.gap: rayleigh_sommerfeld, because z = 5 mm >= 492 um, where its kernel is "
            "sampled");
  EXPECT_EQ(choose_propagation(gap_over(kBeam, -0.6e-3)).padding, 3);
}

TEST(FreeSpace, GivesTheFieldOfTheMethodThatItNames) {
  const at::Tensor field = gaussian_beam(kBeam.grid, 0.5e-6, 10e-6, 0.0);
  EXPECT_LE(relative_error(element(0.3e-3).apply(field, kBeam),
                           AngularSpectrumOperator(gap_over(kBeam, 0.3e-3), {}).forward(field)),
            1e-14);
  EXPECT_LE(relative_error(element(2e-3).apply(field, kBeam),
                           RayleighSommerfeldOperator(gap_over(kBeam, 2e-3)).forward(field)),
            1e-14);
}

TEST(FreeSpace, BothMethodsAgreeWhereTheyMeet) {
  const at::Tensor field = gaussian_beam(kBeam.grid, 0.5e-6, 8e-6, 0.0);
  const Gap gap = gap_over(kBeam, 0.5e-3);
  EXPECT_LE(relative_error(RayleighSommerfeldOperator(gap).forward(field),
                           AngularSpectrumOperator(gap, {}).forward(field)),
            1e-5);
}

TEST(FreeSpace, WhereNothingIsSampledTheErrorNamesBothLimits) {
  try {
    (void)element(-50e-3).apply(gaussian_beam(kBeam.grid, 0.5e-6, 10e-6, 0.0), kBeam);
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(error.what(),
                 "optics.gap: free_space: no kernel is sampled: z = -50 mm, pitch 1 um: "
                 "angular_spectrum reaches to 3.83 mm with padding 16, rayleigh_sommerfeld begins "
                 "at 492 um; take another pitch, or angular_spectrum with its band limit");
  }
}

}  // namespace
}  // namespace parfocal::optics
