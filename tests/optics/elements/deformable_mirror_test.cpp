// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/deformable_mirror.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/angle.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <string>

#include "core/error.h"
#include "tests/optics/parts.h"
#include "tests/support/gradient_check.h"

namespace parfocal::optics {
namespace {

const Beam kBeam{Grid::centred(41, 61, 50e-6, 50e-6), 633e-9, 1.0};

DeformableMirror::Params mirror_params() {
  DeformableMirror::Params params;
  params.actuators = {5, 7};
  params.pitch = {Length::from_m(300e-6), Length::from_m(400e-6)};
  params.stroke = Length::from_m(2e-6);
  params.coupling = 0.12;
  return params;
}

/// A mirror with one actuator pushed by `amplitude_um`, on the centre.
DeformableMirror pushed(double amplitude_um, DeformableMirror::Params params) {
  at::Tensor amplitudes = at::zeros({1, 1, 5, 7}, at::kDouble);
  amplitudes[0][0][2][3] = amplitude_um;
  OneImage files(amplitudes);
  params.amplitudes = ImageFile{};
  BuildContext context;
  context.path = "optics.mirror";
  context.files = &files;
  return {params, context};
}

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

at::Tensor reflected(const DeformableMirror& mirror) {
  return mirror.apply(at::ones({41, 61}, at::kComplexDouble), kBeam);
}

TEST(DeformableMirror, OneActuatorRisesByItsAmplitudeAndItsNeighboursByTheCoupling) {
  const at::Tensor h = pushed(0.5, mirror_params()).height_m(kBeam.grid, at::kCPU) * 1e6;
  EXPECT_NEAR(h[20][30].item<double>(), 0.5, 1e-12);
  EXPECT_NEAR(h[26][30].item<double>(), 0.5 * 0.12, 1e-12);         // 300 um along y
  EXPECT_NEAR(h[20][22].item<double>(), 0.5 * 0.12, 1e-12);         // 400 um along x
  EXPECT_NEAR(h[14][38].item<double>(), 0.5 * 0.12 * 0.12, 1e-12);  // the diagonal one
}

TEST(DeformableMirror, ReflectionCountsTheHeightTwiceAndByTheCosine) {
  DeformableMirror::Params params = mirror_params();
  params.angle_of_incidence = Angle::from_rad(0.5);
  const at::Tensor field = reflected(pushed(0.1, params));
  const double expected = -2.0 * 2.0 * std::numbers::pi / 0.633 * 0.1 * std::cos(0.5);
  EXPECT_NEAR(at::angle(field[20][30]).item<double>(), expected, 1e-12);
  EXPECT_NEAR(power(field), 41.0 * 61.0, 1e-9);
}

TEST(DeformableMirror, AnAmplitudeBeyondTheStrokeIsRefused) {
  EXPECT_EQ(
      refusal([] { (void)pushed(2.3, mirror_params()); }),
      "optics.mirror.amplitudes = 2.3 um: exceeds the stroke, limit 2 um; lower them or name a "
      "mirror of longer stroke");
}

TEST(DeformableMirror, ASlopeBeyondItsLimitIsRefused) {
  DeformableMirror::Params params = mirror_params();
  // Steepest at 1 / sqrt(2 q), q = -ln(c) / p^2: slope a sqrt(2 q / e), y is the shorter pitch.
  const double q = -std::log(0.12) / (300.0 * 300.0);
  const double steepest = 0.5 * std::sqrt(2.0 * q / std::numbers::e);
  params.slope_limit = steepest * 1.0001;
  EXPECT_EQ(refusal([&] { (void)reflected(pushed(0.5, params)); }), "no error");
  params.slope_limit = steepest * 0.97;  // the samples lie within 25 um of the steepest place
  EXPECT_NE(refusal([&] { (void)reflected(pushed(0.5, params)); }).find("slope_limit"),
            std::string::npos);
}

TEST(DeformableMirror, GradientsOfABentFaceMatchFiniteDifferences) {
  DeformableMirror::Params params = mirror_params();
  params.angle_of_incidence = Angle::from_rad(0.3);
  OneImage files(random_real({1, 1, 5, 7}, 1) * 0.1);
  params.amplitudes = ImageFile{};
  ParameterTree tree;
  BuildContext context;
  context.path = "optics.mirror";
  context.files = &files;
  context.parameters = &tree;
  const DeformableMirror mirror(params, context);
  const at::Tensor reference = random_complex({41, 61}, 2);
  for (const std::string key : {"amplitudes", "coupling", "angle_of_incidence", "centre"}) {
    const at::Tensor leaf = tree.at("optics.mirror." + key).leaf.set_requires_grad(true);
    const auto report = test::check_gradient(
        [&] { return (reflected(mirror) - reference).abs().square().sum(); }, {{key, leaf}});
    EXPECT_TRUE(report.good()) << report.table();
    leaf.set_requires_grad(false);
  }
}

TEST(DeformableMirror, AFileOfAnotherSizeIsADataError) {
  DeformableMirror::Params params = mirror_params();
  params.actuators = {5, 6};
  EXPECT_THROW((void)pushed(0.5, params), DataError);
}

}  // namespace
}  // namespace parfocal::optics
