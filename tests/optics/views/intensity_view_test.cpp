// SPDX-License-Identifier: Apache-2.0
#include "optics/views/intensity_view.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/optics/views/optics_block.h"

namespace parfocal::optics {
namespace {

const Grid kLight = Grid::centred(15, 22, 1e-6, 2e-6);

TEST(IntensityView, ShowsTheLightBehindAStop) {
  const auto block = optics_block(
      "light: {type: plane_wave, wavelength: 532 nm, tilt: [0 rad, 0.05 rad]}\n"
      "stop: {type: rectangular_aperture, size: [5 um, 12 um]}\n");
  IntensityView::Params params;
  params.cut = IntensityView::Cut::kBoth;
  params.phase = true;
  const Shown shown = IntensityView(params, context_with(block, kLight)).show();
  const at::Tensor irradiance = shown.fields.at("irradiance").values[0][0];
  EXPECT_EQ(irradiance.max().item<double>(), 1.0);
  const double open = irradiance.sum().item<double>();
  EXPECT_EQ(shown.numbers.at(0).name, "power");
  EXPECT_NEAR(shown.numbers.at(0).value, open / (15 * 22), 1e-12);
  ASSERT_EQ(shown.curves.size(), 2U);
  EXPECT_EQ(shown.curves[0].x_label, "x (um)");
  EXPECT_NEAR(shown.curves[0].x[12], 2.0, 1e-12);  // one sample of 2 um beside the axis
  EXPECT_EQ(shown.curves[1].x.size(), 15U);
  EXPECT_EQ(shown.fields.at("phase").unit, "rad");
}

TEST(IntensityView, CanStopBehindANamedElement) {
  const auto block = optics_block(
      "light: {type: plane_wave, wavelength: 532 nm}\n"
      "first: {type: rectangular_aperture, size: [9 um, 30 um]}\n"
      "second: {type: rectangular_aperture, size: [3 um, 6 um]}\n");
  IntensityView::Params params;
  params.after = "first";
  const double first = IntensityView(params, context_with(block, kLight)).show().numbers[0].value;
  const double last = IntensityView({}, context_with(block, kLight)).show().numbers[0].value;
  EXPECT_GT(first, 3 * last);
}

TEST(IntensityView, WithoutSamplesOfTheLightItSaysWhatToAdd) {
  const auto block = optics_block("light: {type: plane_wave, wavelength: 532 nm}");
  BuildContext context = context_with(block, kLight);
  context.sensor.reset();
  try {
    (void)IntensityView({}, context);
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "views.screen: needs the samples of the light; add a block light: {size: [n_y, "
                 "n_x], pitch: [y, x]}");
  }
}

}  // namespace
}  // namespace parfocal::optics
