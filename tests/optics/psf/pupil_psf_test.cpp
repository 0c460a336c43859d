// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/pupil_psf.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/fft_rfft2.h>
#include <ATen/ops/linalg_inv.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/operators/parameter_tree.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kWavelength = 550e-9;

PupilPsf::Params objective(double na, std::int64_t n, double pitch_m) {
  PupilPsf::Params params;
  params.pupil.na = na;
  params.wavelength = {Length::from_m(kWavelength)};
  params.size = {n, n};
  params.pitch = {Length::from_m(pitch_m), Length::from_m(pitch_m)};
  return params;
}

at::Tensor psf_of(const PupilPsf::Params& params) {
  BuildContext context;
  context.dtype = at::kDouble;
  context.path = "psf";
  return PupilPsf(params, context).psf();
}

TEST(PupilPsf, FocusIsTheAiryPattern) {
  const double na = 0.2, pitch = kWavelength / na / 16;
  PupilPsf::Params params = objective(na, 81, pitch);
  params.padding = 20;
  const at::Tensor psf = psf_of(params)[0];
  const at::Tensor relative = psf / psf[40][40];
  for (std::int64_t i = 1; i <= 40; ++i) {
    const double v = 2 * kPi * double(i) / 16;
    const double expected = std::pow(2 * std::cyl_bessel_j(1.0, v) / v, 2);
    EXPECT_NEAR(relative[40][40 + i].item<double>(), expected, 1e-3) << i;
    EXPECT_NEAR(relative[40 - i][40].item<double>(), expected, 1e-3) << i;
  }
}

TEST(PupilPsf, EveryWavelengthIsAChannelOfItsOwn) {
  PupilPsf::Params params = objective(0.8, 15, 100e-9);
  const Length colors[] = {Length::from_m(500e-9), Length::from_m(600e-9)};
  params.wavelength = {colors[0], colors[1]};
  const at::Tensor psf = psf_of(params);
  ASSERT_EQ(psf.sizes(), at::IntArrayRef({2, 15, 15}));
  for (std::int64_t c = 0; c < 2; ++c) {
    params.wavelength = {colors[c]};
    EXPECT_TRUE(psf[c].equal(psf_of(params)[0]));
  }
  BuildContext context;
  params.wavelength = {colors[0], colors[1]};
  EXPECT_TRUE(PupilPsf(params, context).planes_m().empty()) << "colors are no depths";
}

/// Share of the light within a radius, by the samples whose centre lies inside.
double encircled(const at::Tensor& psf, double radius_px) {
  double sum = 0.0;
  const std::int64_t n = psf.size(0), centre = n / 2;
  const at::Tensor values = psf.contiguous();
  for (std::int64_t y = 0; y < n; ++y)
    for (std::int64_t x = 0; x < n; ++x)
      if (std::hypot(double(y - centre), double(x - centre)) <= radius_px)
        sum += values.const_data_ptr<double>()[y * n + x];
  return sum;
}

TEST(PupilPsf, CarriesTheEnergyAndTheMtfOfAnIncoherentImage) {
  const double na = 0.2;
  PupilPsf::Params params = objective(na, 800, kWavelength / na / 8);
  params.padding = 1;
  const at::Tensor psf = psf_of(params)[0];
  EXPECT_NEAR(psf.sum().item<double>(), 1.0, 1e-12);
  // Both radii are zeros of the pattern: samples that straddle the rim are dark.
  EXPECT_NEAR(encircled(psf, 0.609835 * 8), 0.837785, 1e-3);
  EXPECT_NEAR(encircled(psf, 1.116566 * 8), 0.909931, 1e-3);
  const at::Tensor mtf = at::fft_rfft2(psf).abs();
  // The cut-off 2 NA / wavelength is sample 800 x 2 / 8 = 200.
  const std::pair<int, double> rows[] = {
      {20, 0.872889}, {50, 0.685038}, {100, 0.391002}, {150, 0.144294}, {180, 0.037386}};
  for (const auto& [k, expected] : rows) {
    EXPECT_NEAR(mtf[0][k].item<double>(), expected, 1e-3) << k;
  }
}

TEST(PupilPsf, FftAndMatrixGiveTheSameNumbers) {
  PupilPsf::Params params = objective(0.8, 21, 80e-9);
  params.size = {21, 16};
  params.pitch = {Length::from_m(140e-9), Length::from_m(110e-9)};
  params.pupil.noll = {5, 7, 11};
  params.pupil.aberrations = {Angle::from_rad(0.4), Angle::from_rad(-0.3), Angle::from_rad(0.2)};
  params.position = {Length::from_m(0.2e-6), Length::from_m(-0.1e-6)};
  params.z = {Length::from_m(-1e-6), Length(), Length::from_m(0.7e-6)};
  params.padding = 4;
  const at::Tensor matrix = psf_of(params);
  params.method = PupilPsf::Method::kFft;
  EXPECT_LE(relative_error(psf_of(params), matrix), 1e-10);
}

TEST(PupilPsf, AnEmitterOnePixelAsideMovesTheImageByOnePixelTheSameWay) {
  PupilPsf::Params params = objective(0.5, 60, 0.25e-6);
  params.padding = 1;
  params.pupil.noll = {8};
  params.pupil.aberrations = {Angle::from_rad(0.5)};
  const at::Tensor centred = psf_of(params)[0];
  params.position = {Length::from_m(-0.5e-6), Length::from_m(0.25e-6)};
  EXPECT_LE(relative_error(psf_of(params)[0], centred.roll({-2, 1}, {0, 1})), 1e-10);
}

TEST(PupilPsf, BestFocusBehindAnIndexStepIsScaledByTheIndices) {
  PupilPsf::Params params = objective(0.3, 33, 0.4e-6);
  params.pupil.index_immersion = 1.518;
  params.pupil.index_sample = 1.33;
  params.pupil.nominal_focus = Length::from_m(40e-6);
  params.padding = 8;
  params.z.clear();
  for (int i = 0; i <= 40; ++i) params.z.push_back(Length::from_m(30e-6 + i * 0.25e-6));
  const at::Tensor peak = psf_of(params).amax({1, 2});
  const double best = 30.0 + 0.25 * double(peak.argmax().item<std::int64_t>());
  EXPECT_NEAR(best, 40.0 * 1.33 / 1.518, 0.6);  // paraxial
}

/// sqrt of the bounds of x, y and z [m] of every plane, photons and background unknown as well.
at::Tensor bounds_m(const PupilPsf& psf, const ParameterTree& tree, double photons,
                    double background) {
  // Published for samples of the intensity at twice the pitch, not for pixels.
  const auto samples = [&] { return psf.psf().slice(1, 0, {}, 2).slice(2, 0, {}, 2) * 4.0; };
  const auto slope = [&](const at::Tensor& leaf) {
    const double h = 1e-4;  // um
    leaf.add_(h);
    const at::Tensor above = samples();
    leaf.sub_(2 * h);
    const at::Tensor below = samples();
    leaf.add_(h);
    return (above - below) * (photons / (2 * h * 1e-6));
  };
  const at::Tensor position = tree.at("psf.position").leaf, h = samples();
  const at::Tensor g = at::stack({slope(position[1]), slope(position[0]),
                                  slope(tree.at("psf.z").leaf), h, at::ones_like(h)},
                                 1)
                           .flatten(2);
  const at::Tensor mu = (photons * h + background).flatten(1).unsqueeze(1);
  const at::Tensor scale = (g * g / mu).sum(2).sqrt();
  const at::Tensor unit = g / scale.unsqueeze(2);
  const at::Tensor fisher = at::matmul(unit / mu, unit.transpose(1, 2));
  return at::linalg_inv(fisher).diagonal(0, 1, 2).sqrt() / scale;
}

/// Published are means of 7.94 nm and 12.54 nm, for a transform of 329 samples in which the light of
/// the outer planes wraps around. The same sums over 486 samples, computed apart from this code by a
/// plain FFT (which gives 7.942 nm and 12.554 nm for 329), are the expected ones.
TEST(PupilPsf, BoundsOfDeepEmittersAreThoseOfAPlainFft) {
  PupilPsf::Params params;
  params.pupil.na = 1.45;
  params.pupil.index_immersion = 1.518;
  params.pupil.index_sample = 1.33;
  params.pupil.nominal_focus = Length::from_m(2.5e-6);
  params.wavelength = {Length::from_m(580e-9)};
  params.size = {241, 241};
  const double pitch = 0.5 * 580e-9 * 0.15 / (329 * 24e-6 * 100);
  params.pitch = {Length::from_m(pitch), Length::from_m(pitch)};
  params.padding = 4;
  params.z.clear();
  for (int i = 0; i < 17; ++i) params.z.push_back(Length::from_m((0.5 + 0.25 * i) * 1e-6));
  ParameterTree tree;
  BuildContext context;
  context.dtype = at::kDouble;
  context.path = "psf";
  context.parameters = &tree;
  const PupilPsf psf(params, context);
  const at::Tensor mean_nm = bounds_m(psf, tree, 30000, 60).mean(0) * 1e9;
  EXPECT_NEAR(mean_nm[0].item<double>() / 9.38881783, 1.0, 1e-5);
  EXPECT_NEAR(mean_nm[1].item<double>() / 9.38881783, 1.0, 1e-5);
  EXPECT_NEAR(mean_nm[2].item<double>() / 16.20334781, 1.0, 1e-5);
}

TEST(PupilPsf, SamplesAndWindowsThatAreTooCoarseAreRefused) {
  try {
    (void)psf_of(objective(0.8, 16, 0.3e-6));
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(error.what(),
                 "psf: samples 300 nm apart are too coarse for na = 0.8 at 550 nm: at most 172 nm; "
                 "take a finer pitch or more oversampling");
  }
  PupilPsf::Params far = objective(0.8, 16, 0.15e-6);
  far.z = {Length::from_m(20e-6)};
  try {
    (void)psf_of(far);
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_NE(std::string(error.what()).find("the phase of the pupil turns by up to"),
              std::string::npos);
    EXPECT_NE(
        std::string(error.what()).find("of the light at z = 20 um: it spreads beyond the period"),
        std::string::npos);
  }
}

}  // namespace
}  // namespace parfocal::optics
