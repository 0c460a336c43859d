// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/emitter_bound.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "forward_models/smlm/gaussian_emitters.h"
#include "forward_models/smlm/pupil_emitters.h"
#include "optics/detectors/poisson_detector.h"
#include "tests/conformance/emitter_case.h"
#include "tests/learned/losses/plain_camera.h"

namespace parfocal::test {
namespace {

using learned::EmitterBound;

smlm::GaussianEmitters gaussian(std::int64_t n, bool free_width) {
  smlm::GaussianEmitters::Params p;
  p.window = {n, n};
  p.pitch = {Length::from_m(100e-9), Length::from_m(100e-9)};
  p.sigma = Length::from_m(130e-9);
  p.free_width = free_width;
  BuildContext context;
  context.dtype = at::kDouble;
  return {p, context};
}

EmitterBound loss_of(double photons, double background, EmitterBound::Axes axes) {
  EmitterBound::Params params;
  params.photons = {Photons::from_si(photons)};
  params.background = {Photons::from_si(background)};
  params.axes = axes;
  return EmitterBound(params);
}

double bound(const Operator& model, const EmitterBound& loss) {
  const auto detector = photon_counter();
  return loss.value({model, detector, 1.0, {}, {}}).item<double>();
}

/// Published for sigma 1.3 pixels, in pixels; here of 100 nm.
TEST(EmitterBound, OfIntegratedGaussiansIsPublished) {
  const auto lateral = [](std::int64_t n, double photons, double background) {
    return bound(gaussian(n, false), loss_of(photons, background, EmitterBound::Axes::kLateral)) /
           200.0;
  };
  EXPECT_NEAR(lateral(7, 1000, 10) / 0.05647, 1, 1e-3);
  EXPECT_NEAR(lateral(13, 1000, 10) / 0.05626, 1, 1e-3);
  EXPECT_NEAR(lateral(13, 500, 20) / 0.10852, 1, 1e-3);
  EXPECT_NEAR(lateral(13, 5000, 20) / 0.02231, 1, 1e-3);
}

TEST(EmitterBound, IsTheMeanOverAllPhotonsAndBackgrounds) {
  EmitterBound::Params params;
  params.photons = {Photons::from_si(500), Photons::from_si(5000)};
  params.background = {Photons::from_si(20)};
  const double both = bound(gaussian(13, false), EmitterBound(params));
  EXPECT_NEAR(both / (100.0 * (0.10852 + 0.02231)), 1, 1e-3);
}

/// The numbers beside the value are its parts.
TEST(EmitterBound, ShowsEveryAxisOverDepth) {
  smlm::PupilEmitters::Params p = conformance::EmitterCase::params();
  p.pupil.nominal_focus = Length();
  p.window = {17, 17};
  p.pitch = {Length::from_m(110e-9), Length::from_m(110e-9)};
  p.plane.pitch[1] = p.plane.pitch[0];
  p.depth = {Length::from_m(-0.4e-6), Length::from_m(0.4e-6)};
  BuildContext context;
  context.dtype = at::kDouble;
  const smlm::PupilEmitters model(p, context);
  const auto detector = photon_counter();
  const Trial trial{model, detector, 1.0, {}, {}};
  const EmitterBound all = loss_of(1000, 10, EmitterBound::Axes::kAll);
  const Shown shown = all.show(trial);
  double sum = 0;
  std::vector<std::string> names;
  for (const KeyNumber& number : shown.numbers) {
    names.push_back(number.name);
    if (number.name.starts_with("mean_")) sum += number.value;
  }
  EXPECT_EQ(names, all.numbers());
  EXPECT_NEAR(sum, all.value(trial).item<double>(), 1e-9);
  ASSERT_EQ(shown.curves.size(), 3U);
  EXPECT_EQ(shown.curves[2].y.size(), 17U);
  // Astigmatism: x and y change places on the other side of the focus.
  EXPECT_NEAR(shown.curves[0].y.front() / shown.curves[1].y.back(), 1, 1e-6);
  EXPECT_GT(shown.curves[0].y.front() / shown.curves[1].y.front(), 1.2);
  EXPECT_NEAR(bound(model, loss_of(1000, 10, EmitterBound::Axes::kAxial)), shown.numbers[4].value,
              1e-12);
}

TEST(EmitterBound, RefusesModelsWithoutEmittersDepthOrAFixedWidth) {
  const EmitterBound all = loss_of(1000, 10, EmitterBound::Axes::kAll);
  EXPECT_THROW(static_cast<void>(bound(plain_camera(8, 8), all)), UsageError);
  EXPECT_THROW(static_cast<void>(bound(gaussian(13, true), all)), UsageError);
  EXPECT_THROW(
      static_cast<void>(bound(gaussian(13, false), loss_of(1000, 10, EmitterBound::Axes::kAxial))),
      UsageError);
}

}  // namespace
}  // namespace parfocal::test
