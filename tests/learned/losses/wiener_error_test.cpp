// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/wiener_error.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "forward_models/imaging/incoherent_imaging.h"
#include "optics/detectors/poisson_gaussian_detector.h"
#include "optics/elements/phase_mask.h"
#include "optics/elements/surfaces/cubic.h"
#include "optics/psf/lens_psf.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

/// The f/10 camera of five depths in three colors, 64 x 64 pixels.
optics::LensPsf::Params camera() {
  optics::LensPsf::Params params;
  params.diameter = Length::from_m(0.25e-3);
  params.distance = Length::from_m(2.5e-3);
  params.wavelength = {Length::from_m(460e-9), Length::from_m(550e-9), Length::from_m(640e-9)};
  params.reference_wavelength = Length::from_m(550e-9);
  params.defocus = {-2, -1, 0, 1, 2};
  params.size = {64, 64};
  params.pitch = {Length::from_m(5.5e-6), Length::from_m(5.5e-6)};
  return params;
}

/// Read noise 2 e-; so many ADU per electron that rounding to them adds nothing.
optics::PoissonGaussianDetector sensor() {
  optics::PoissonGaussianDetector::Params params;
  params.read_noise = Electrons::from_si(2.0);
  params.gain = 1e4;
  params.bits = 32;
  return {params, BuildContext{}};
}

BuildContext in_float64() {
  BuildContext context;
  context.path = "model.psf";
  context.dtype = at::kDouble;
  return context;
}

TEST(WienerError, OpenApertureHasThePublishedErrorAndScores) {
  const optics::LensPsf psf(camera(), in_float64());
  const imaging::IncoherentImaging model(psf.psf(), imaging::Boundary::kPeriodic);
  const auto detector = sensor();
  const learned::WienerError loss(learned::WienerError::Params{});
  const Trial trial{model, detector, 1000.0, {}, {}};
  const double value = loss.value(trial).item<double>();
  EXPECT_NEAR(std::pow(10.0, value / 10.0), 0.02695480, 5e-9);
  EXPECT_NEAR(loss.score(value), 15.694, 5e-4);
  const at::Tensor each = loss.condition_scores(trial);
  const double published[] = {14.12, 15.79, 23.46, 15.79, 14.12};
  for (int k = 0; k < 5; ++k) EXPECT_NEAR(each[k].item<double>(), published[k], 5e-3);
}

TEST(WienerError, ScoreFallsAsLightFalls) {
  const optics::LensPsf psf(camera(), in_float64());
  const imaging::IncoherentImaging model(psf.psf(), imaging::Boundary::kPeriodic);
  const auto detector = sensor();
  const learned::WienerError loss(learned::WienerError::Params{});
  const double bright = loss.value({model, detector, 1000.0, {}, {}}).item<double>();
  EXPECT_GT(loss.value({model, detector, 100.0, {}, {}}).item<double>(), bright);
}

}  // namespace
}  // namespace parfocal::test
