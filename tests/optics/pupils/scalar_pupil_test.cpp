// SPDX-License-Identifier: Apache-2.0
#include "optics/pupils/scalar_pupil.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/scalar_tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>

#include "core/config/document.h"
#include "core/error.h"

namespace parfocal::optics {
namespace {

constexpr double kPi = std::numbers::pi;

at::Tensor scalar(double value) { return at::scalar_tensor(value, at::kDouble); }

MaskPlaneFrequencies samples_to(double limit_per_m, std::int64_t reach) {
  const at::Tensor f =
      at::arange(-reach, reach + 1, at::kDouble) * (limit_per_m / static_cast<double>(reach));
  return {f, f};
}

Emitter emitter_at(double z_m) { return {scalar(0.0), scalar(0.0), scalar(z_m)}; }

ScalarPupil::Params objective(double na, double immersion, double sample) {
  ScalarPupil::Params params;
  params.na = na;
  params.index_immersion = immersion;
  params.index_sample = sample;
  return params;
}

TEST(ScalarPupil, DefocusOfASmallApertureIsNollFour) {
  const double na = 0.05, index = 1.33, z = 10e-6, wavelength = 532e-9;
  const ScalarPupil pupil(objective(na, index, index), BuildContext{});
  const MaskPlaneFrequencies samples = samples_to(na / wavelength, 40);
  const at::Tensor phase = pupil.phase(samples, scalar(wavelength), emitter_at(z));
  const double rim_to_centre = (phase[40][80] - phase[40][40]).item<double>();
  // Z_4 = sqrt(3) (2 rho^2 - 1) changes by 2 sqrt(3) from the centre to the rim.
  const double noll_4 = -kPi * z * na * na / (2 * std::sqrt(3.0) * index * wavelength);
  EXPECT_NEAR(rim_to_centre, noll_4 * 2 * std::sqrt(3.0), 1e-3 * std::abs(rim_to_centre));
}

TEST(ScalarPupil, PhaseIsThatOfThePlaneWavesInBothMedia) {
  ScalarPupil::Params params = objective(1.2, 1.518, 1.33);
  params.nominal_focus = Length::from_m(3e-6);
  const ScalarPupil pupil(params, BuildContext{});
  const double wavelength = 600e-9, f = 0.7 / wavelength, z = 2e-6;
  const MaskPlaneFrequencies one{scalar(0.0).reshape({1}), scalar(f).reshape({1})};
  const double cos_w = std::sqrt(1 - std::pow(0.7 / 1.33, 2));
  const double cos_o = std::sqrt(1 - std::pow(0.7 / 1.518, 2));
  const double expected = 2 * kPi / wavelength * (1.33 * cos_w * z - 1.518 * cos_o * 3e-6);
  EXPECT_NEAR(pupil.phase(one, scalar(wavelength), emitter_at(z)).item<double>(), expected, 1e-10);
}

TEST(ScalarPupil, LightBeyondTheCriticalAngleIsCut) {
  const ScalarPupil pupil(objective(1.45, 1.518, 1.33), BuildContext{});
  const MaskPlaneFrequencies samples = samples_to(1.45 / 600e-9, 200);
  const double through = pupil.amplitude(samples, scalar(600e-9)).square().sum().item<double>();
  const ScalarPupil matched(objective(1.45, 1.518, 1.518), BuildContext{});
  const double all = matched.amplitude(samples, scalar(600e-9)).square().sum().item<double>();
  EXPECT_NEAR(through / all, std::pow(1.33 / 1.45, 2), 2e-3);
}

TEST(ScalarPupil, AnApertureBeyondTheIndexAndMismatchedListsAreRefused) {
  ObjectSchema object;
  Schema<ScalarPupil::Params> schema(object);
  ScalarPupil::Params::describe(schema);
  const Registry registry;
  const auto mistakes = [&](const std::string& yaml) {
    Diagnostics diagnostics;
    ReadContext context(registry, diagnostics, "psf.pupil");
    ScalarPupil::Params params;
    object.read(parse_yaml(yaml, "test.yaml"), context, &params, false);
    try {
      diagnostics.throw_if_any();
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(mistakes("{na: 1.2}").find("na = 1.2: exceeds index_immersion = 1"), std::string::npos);
  EXPECT_NE(mistakes("{na: 0.5, noll: [4]}").find("expected 1 values, one for each of noll, got 0"),
            std::string::npos);
  EXPECT_EQ(mistakes("{na: 0.5, noll: [4], aberrations: [1 rad]}"), "");
}

}  // namespace
}  // namespace parfocal::optics
