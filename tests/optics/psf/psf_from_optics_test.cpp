// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/psf_from_optics.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/elements/circular_aperture.h"
#include "optics/elements/diffuser.h"
#include "optics/elements/phase_mask.h"
#include "optics/elements/surfaces/parabolic_lens.h"
#include "optics/plane.h"
#include "optics/propagation/angular_spectrum.h"
#include "optics/sources/plane_wave.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

Length um(double value) { return Length::from_m(value * 1e-6); }

NamedComponent stop(double diameter_um) {
  return {"stop", named("element", "circular_aperture", CircularAperture::Params{um(diameter_um)},
                        "optics.stop")};
}
NamedComponent lens(double focal_um) {
  PhaseMask::Params params;
  params.surface = named("surface", "parabolic_lens", ParabolicLens::Params{um(focal_um)},
                         "optics.lens.surface");
  params.index = 1.5;
  return {"lens", named("element", "phase_mask", params, "optics.lens")};
}
NamedComponent diffuser() {
  Diffuser::Params params;
  params.feature_size = um(12);
  params.height_rms = um(0.5);
  return {"diffuser", named("element", "diffuser", params, "optics.diffuser")};
}
NamedComponent gap(double distance_um) {
  AngularSpectrum::Params params;
  params.distance = um(distance_um);
  return {"gap", named("element", "angular_spectrum", params, "optics.gap")};
}

struct Camera {
  std::vector<NamedComponent> optics;
  ParameterTree tree;
  PsfFromOptics::Params params;

  Camera(std::int64_t n_y, std::int64_t n_x, std::vector<NamedComponent> elements)
      : optics(std::move(elements)) {
    params.wavelength = {Length::from_m(532e-9)};
    params.size = {n_y, n_x};
    params.pitch = {um(3), um(4)};
  }
  PsfFromOptics source() {
    BuildContext context;
    context.path = "model.psf";
    context.dtype = at::kDouble;
    context.parameters = &tree;
    context.optics = &optics;
    return {params, context};
  }
};

double total(const at::Tensor& psf) { return psf.sum().item<double>(); }

TEST(PsfFromOptics, OpenApertureSharesTheLightEqually) {
  Camera camera(15, 22, {stop(1e4)});
  const PsfFromOptics source = camera.source();
  const at::Tensor psf = source.psf();
  ASSERT_EQ(psf.sizes(), at::IntArrayRef({1, 15, 22}));
  EXPECT_NEAR(psf.min().item<double>(), 1.0 / 330, 1e-15);
  EXPECT_NEAR(psf.max().item<double>(), 1.0 / 330, 1e-15);
  EXPECT_EQ(source.grid(), Grid::centred(15, 22, 3e-6, 4e-6));
}

TEST(PsfFromOptics, StopsTakeLightAwayAndAreNotPaidBack) {
  Camera camera(60, 60, {stop(90)});
  camera.params.oversampling = 4;
  const double expected = std::numbers::pi * 45 * 45 / (60 * 3.0 * 60 * 4.0);
  EXPECT_NEAR(total(camera.source().psf()), expected, 2e-3);
  Camera scaled(60, 60, {stop(90)});
  scaled.params.normalize = PsfFromOptics::Normalize::kSum;
  EXPECT_NEAR(total(scaled.source().psf()), 1.0, 1e-14);
}

TEST(PsfFromOptics, AxisMeetsTheCentrePixelForEvenAndOddSizesAndSamplings) {
  for (const auto& [n_y, n_x] : {std::pair{60, 61}, std::pair{61, 60}}) {
    for (const std::int64_t oversampling : {2, 3}) {
      Camera camera(n_y, n_x, {stop(120), lens(4000), gap(4000)});
      camera.params.oversampling = oversampling;
      const at::Tensor psf = camera.source().psf()[0];
      const std::int64_t y = n_y / 2, x = n_x / 2;
      EXPECT_EQ(psf.argmax().item<std::int64_t>(), y * n_x + x);
      for (const std::int64_t d : {1, 2, 5}) {
        EXPECT_NEAR(psf[y - d][x].item<double>(), psf[y + d][x].item<double>(), 1e-12);
        EXPECT_NEAR(psf[y][x - d].item<double>(), psf[y][x + d].item<double>(), 1e-12);
      }
    }
  }
}

TEST(PsfFromOptics, ApertureLargerThanTheSensorIsTheReference) {
  Camera camera(20, 30, {stop(1e4)});
  camera.params.aperture = {um(3 * 40), um(4 * 50)};
  const at::Tensor psf = camera.source().psf();
  EXPECT_NEAR(total(psf), 600.0 / 2000.0, 0.01);
  EXPECT_NEAR(psf.max().item<double>(), psf.min().item<double>(), 1e-15);
}

at::Tensor caustic(std::int64_t oversampling) {
  Camera camera(48, 60, {diffuser(), gap(300)});
  camera.params.oversampling = oversampling;
  return camera.source().psf();
}

TEST(PsfFromOptics, CausticHasNoMoreLightThanEnters) {
  const at::Tensor psf = caustic(2);
  EXPECT_LE(total(psf), 1.0);
  EXPECT_GE(total(psf), 0.5);
  EXPECT_GE(psf.min().item<double>(), 0.0);
  EXPECT_GE(psf.max().item<double>() * 2880, 3.0);  // bright lines
}

TEST(PsfFromOptics, CausticConvergesWithTheSampling) {
  const at::Tensor finest = caustic(8);
  const double by_two = relative_error(caustic(2), finest);
  const double by_four = relative_error(caustic(4), finest);
  EXPECT_LE(by_two, 0.05);
  EXPECT_LE(by_four, 0.4 * by_two);
}

TEST(PsfFromOptics, PointAtTheFocalLengthIsCollimated) {
  Camera near(40, 40, {lens(5000), gap(200)});
  near.params.source_distance = {um(5000)};
  Camera far(40, 40, {stop(1e4), gap(200)});
  EXPECT_LE(relative_error(near.source().psf(), far.source().psf()), 2e-3);
}

TEST(PsfFromOptics, ElementsAreLinearInTheField) {
  Camera camera(15, 22, {diffuser(), gap(100)});
  const PsfFromOptics source = camera.source();
  BuildContext context;
  const auto mask = build<OpticalElement>(camera.optics[0].component, context);
  const auto space = build<OpticalElement>(camera.optics[1].component, context);
  const Beam& beam = source.lights().front().beam;
  const auto pass = [&](const at::Tensor& u) { return space->apply(mask->apply(u, beam), beam); };
  const at::Tensor a = random_complex({30, 44}, 1), b = random_complex({30, 44}, 2);
  EXPECT_LE(relative_error(pass(a * 2.0 + b), pass(a) * 2.0 + pass(b)), 1e-13);
}

TEST(PsfFromOptics, GradientsReachHeightAndDistance) {
  Camera camera(15, 22, {diffuser(), gap(100)});
  const PsfFromOptics source = camera.source();
  const at::Tensor weight = random_real({1, 15, 22}, 3);
  at::Tensor height = camera.tree.at("optics.diffuser.height").leaf;
  at::Tensor distance = camera.tree.at("optics.gap.distance").leaf;
  const auto loss = [&] { return (source.psf() * weight).sum(); };
  height.set_requires_grad(true);
  distance.set_requires_grad(true);
  loss().backward();
  const double by_height = height.grad()[14][20].item<double>();
  const double by_distance = distance.grad().item<double>();
  height.set_requires_grad(false);
  distance.set_requires_grad(false);
  const auto difference = [&](at::Tensor entry, double h) {
    const double start = entry.item<double>();
    const auto at_offset = [&](double offset) {
      entry.fill_(start + offset);
      return loss().item<double>();
    };
    const double slope =
        (8 * (at_offset(h) - at_offset(-h)) - (at_offset(2 * h) - at_offset(-2 * h))) / (12 * h);
    entry.fill_(start);
    return slope;
  };
  EXPECT_NEAR(by_height, difference(height[14][20], 1e-3), 1e-6 * std::abs(by_height));
  EXPECT_NEAR(by_distance, difference(distance, 1e-3), 1e-6 * std::abs(by_distance));
}

TEST(PsfFromOptics, MissingOpticsOrSensorIsAUsageError) {
  Camera empty(15, 22, {});
  EXPECT_THROW((void)empty.source(), UsageError);
  Camera blind(15, 22, {stop(100)});
  blind.params.pitch.reset();
  try {
    (void)blind.source();
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(
        error.what(),
        "model.psf: from_optics needs a sensor; give both size: [n_y, n_x] and pitch: [y, x]");
  }
}

TEST(PsfFromOptics, EveryWavelengthIsAChannelOfItsOwn) {
  Camera camera(15, 22, {diffuser(), gap(100)});
  const Length colors[] = {Length::from_m(460e-9), Length::from_m(550e-9), Length::from_m(640e-9)};
  camera.params.wavelength = {colors[0], colors[1], colors[2]};
  const at::Tensor psf = camera.source().psf();
  ASSERT_EQ(psf.sizes(), at::IntArrayRef({3, 15, 22}));
  for (std::int64_t c = 0; c < 3; ++c) {
    Camera single(15, 22, {diffuser(), gap(100)});
    single.params.wavelength = {colors[c]};
    EXPECT_TRUE(psf[c].equal(single.source().psf()[0]));
  }
  EXPECT_GT(relative_error(psf[0], psf[2]), 0.05) << "the mask disperses";
}

/// Middle of each PSF, [n, 2] (y, x); squared, since the light far outside falls off slowly.
at::Tensor centroids_m(const PsfFromOptics& source) {
  const at::Tensor psf = source.psf().square();
  const Grid grid = *source.grid();
  const at::Tensor total = psf.sum({1, 2});
  return at::stack({(psf.sum(2) * y_coordinates_m(grid)).sum(1) / total,
                    (psf.sum(1) * x_coordinates_m(grid)).sum(1) / total},
                   1);
}

TEST(PsfFromOptics, PointsOfTheFieldMoveTheImageByTheirAngle) {
  Camera camera(41, 51, {stop(30), gap(200)});
  const Angle angle = Angle::from_rad(0.05);
  camera.params.field = {{Angle(), Angle()}, {angle, Angle()}, {Angle(), angle}};
  const PsfFromOptics source = camera.source();
  EXPECT_TRUE(source.has_conditions());
  const at::Tensor moved = centroids_m(source) * 1e6;
  const double shift = 200 * std::tan(0.05);
  const double expected[3][2] = {{0, 0}, {shift, 0}, {0, shift}};
  for (std::int64_t i = 0; i < 3; ++i) {
    for (std::int64_t axis = 0; axis < 2; ++axis) {
      EXPECT_NEAR(moved[i][axis].item<double>(), expected[i][axis], 0.05);
    }
  }
}

TEST(PsfFromOptics, NearPointsOfTheFieldShineThroughTheSamePlace) {
  Camera camera(41, 51, {stop(30), gap(200)});
  camera.params.aperture = {um(60), um(60)};
  camera.params.source_distance = {um(3000), um(8000)};
  camera.params.field = {{Angle::from_rad(0.03), Angle::from_rad(-0.05)}};
  const PsfFromOptics source = camera.source();
  EXPECT_EQ(source.planes_m(), (std::vector<double>{3e-3, 8e-3}));
  const at::Tensor moved = centroids_m(source) * 1e6;
  const double z = std::sqrt(1 - std::pow(std::sin(0.03), 2) - std::pow(std::sin(0.05), 2));
  for (std::int64_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(moved[i][0].item<double>(), 200 * std::sin(0.03) / z, 0.1);
    EXPECT_NEAR(moved[i][1].item<double>(), -200 * std::sin(0.05) / z, 0.1);
  }
}

TEST(PsfFromOptics, RefusesAnElementThatChangesTheSamples) {
  AngularSpectrum::Params params;
  params.distance = um(100);
  params.offset = {um(20), um(0)};
  Camera camera(8, 8, {{"shift", named("element", "angular_spectrum", params, "optics.shift")}});
  try {
    camera.source();
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(
        error.what(),
        "optics.shift: changes the samples of the field, which model.psf needs as they are; "
        "take a propagator that keeps them");
  }
}

TEST(PsfFromOptics, RefusesASourceSinceItLightsTheOpticsItself) {
  PlaneWave::Params light;
  light.wavelength = Length::from_m(532e-9);
  Camera camera(8, 8, {{"laser", named("element", "plane_wave", light, "optics.laser")}, stop(9)});
  try {
    camera.source();
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "optics.laser: is a source, but model.psf lights the optics itself; leave it out");
  }
}

}  // namespace
}  // namespace parfocal::optics
