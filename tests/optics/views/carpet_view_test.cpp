// SPDX-License-Identifier: Apache-2.0
#include "optics/views/carpet_view.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/optics/parts.h"
#include "tests/optics/views/optics_block.h"

namespace parfocal::optics {
namespace {

TEST(CarpetView, AGratingIsImagedAtTheTalbotLengthAndShiftedAtHalfOfIt) {
  const auto block = optics_block(
      "light: {type: plane_wave, wavelength: 500 nm}\n"
      "grating: {type: amplitude_mask, pattern: {type: sinusoidal_grating, period: 10 um}}\n");
  const double wavelength = 500e-9, period = 10e-6;
  const double talbot = wavelength / (1 - std::sqrt(1 - std::pow(wavelength / period, 2)));
  CarpetView::Params params;
  params.to = Length::from_m(talbot);
  params.planes = 5;
  params.padding = 1;
  const Grid light = Grid::centred(1, 160, 0.5e-6, 0.5e-6);
  const Shown shown = CarpetView(params, context_with(block, light)).show();
  const at::Tensor carpet = shown.fields.at("carpet").values[0][0];
  ASSERT_EQ(carpet.sizes(), at::IntArrayRef({5, 160}));
  EXPECT_LE(relative_error(carpet[4], carpet[0]), 1e-9);
  EXPECT_LE(relative_error(carpet[2], carpet[0].roll({10}, {0})), 1e-9);
  EXPECT_NEAR(shown.fields.at("carpet").grid->pitch_y_m, talbot / 4, 1e-15);
  EXPECT_EQ(shown.curves.at(0).x.size(), 5U);
}

TEST(CarpetView, APeriodicPlaneKeepsAllItsOrdersHoweverFar) {
  const auto block = optics_block(
      "light: {type: plane_wave, wavelength: 500 nm}\n"
      "grating: {type: amplitude_mask, pattern: {type: ronchi_grating, period: 10 um, duty: "
      "0.25}}\n");
  CarpetView::Params params;
  params.to = Length::from_m(5e-3);
  params.planes = 3;
  params.padding = 1;
  const Grid light = Grid::centred(1, 160, 0.5e-6, 0.5e-6);
  const Shown shown = CarpetView(params, context_with(block, light)).show();
  const at::Tensor power = shown.fields.at("carpet").values[0][0].sum(1);
  EXPECT_NEAR(power[1].item<double>(), power[0].item<double>(), 1e-9);
  EXPECT_NEAR(power[2].item<double>(), power[0].item<double>(), 1e-9);
}

}  // namespace
}  // namespace parfocal::optics
