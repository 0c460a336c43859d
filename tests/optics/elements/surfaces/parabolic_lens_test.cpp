// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/parabolic_lens.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "optics/elements/phase_mask.h"
#include "tests/optics/elements/focal_spot.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

PhaseMask lens_of(double focal_length_m, const BuildContext& context = {}) {
  PhaseMask::Params params;
  params.surface =
      named("surface", "parabolic_lens", ParabolicLens::Params{Length::from_m(focal_length_m)},
            "optics.lens.surface");
  params.index = 1.5;
  return {params, context};
}

TEST(ParabolicLens, FocusesTheAiryShareOfTheLight) {
  const FocalSpot spot;
  const at::Tensor field = spot.focus(lens_of(FocalSpot::kFocalLength));
  EXPECT_NEAR(power(field) / power(spot.stopped), 1.0, 1e-12);
  const at::Tensor intensity = field.abs().square();
  EXPECT_EQ(intensity.argmax().item<std::int64_t>(), 512 * 1024 + 512);
  EXPECT_NEAR(spot.share_in_airy_disc(field), 0.838, 0.005);
}

TEST(ParabolicLens, IsThinnerTowardsTheRim) {
  const ParabolicLens lens({Length::from_m(5e-3)}, {});
  const at::Tensor height = lens.height_m(Grid::centred(3, 3, 1e-4, 2e-4), {0.5, 0.0});
  EXPECT_DOUBLE_EQ(height[1][1].item<double>(), 0.0);
  EXPECT_NEAR(height[1][2].item<double>(), -4e-8 / (2 * 5e-3 * 0.5), 1e-18);
}

TEST(ParabolicLens, UnresolvedRimIsASamplingError) {
  BuildContext context;
  context.path = "optics.lens";
  const FocalSpot spot;
  EXPECT_THROW((void)lens_of(1e-3, context).apply(spot.stopped, spot.beam), SamplingError);
}

}  // namespace
}  // namespace parfocal::optics
