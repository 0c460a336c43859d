// SPDX-License-Identifier: Apache-2.0
#include "optics/views/point_response_view.h"

#include <gtest/gtest.h>

#include "optics/psf/pupil_psf.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

TEST(PointResponseView, ShowsAStackWithItsSectionAndPeak) {
  PupilPsf::Params psf;
  psf.pupil.na = 0.4;
  psf.wavelength = {Length::from_m(532e-9)};
  psf.size = {15, 22};
  psf.pitch = {Length::from_m(0.25e-6), Length::from_m(0.3e-6)};
  psf.z = {Length::from_m(-2e-6), Length(), Length::from_m(2e-6)};
  BuildContext context;
  context.dtype = at::kDouble;
  const PointResponseView view({named("psf", "pupil_psf", psf, "views.stack.psf")}, context);
  const Shown shown = view.show();
  EXPECT_EQ(shown.fields.at("psf").values.sizes(), at::IntArrayRef({1, 3, 15, 22}));
  EXPECT_DOUBLE_EQ(*shown.fields.at("psf").pitch_z_m, 2e-6);
  EXPECT_EQ(shown.fields.at("section").values.sizes(), at::IntArrayRef({1, 1, 3, 22}));
  ASSERT_EQ(shown.curves.size(), 1U);
  EXPECT_EQ(shown.curves[0].x_label, "z (um)");
  EXPECT_NEAR(shown.curves[0].x[0], -2.0, 1e-12);
  EXPECT_GT(shown.curves[0].y[1], shown.curves[0].y[0]);
}

}  // namespace
}  // namespace parfocal::optics
