// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/lens_psf.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/fft_fft2.h>
#include <ATen/ops/fft_fftfreq.h>
#include <ATen/ops/real.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "tests/optics/parts.h"
#include "tests/optics/views/optics_block.h"

namespace parfocal::optics {
namespace {

/// The f/10 system with 64 x 64 pixels, three colors and five depths.
LensPsf::Params system() {
  LensPsf::Params params;
  params.diameter = Length::from_m(0.25e-3);
  params.distance = Length::from_m(2.5e-3);
  params.wavelength = {Length::from_m(460e-9), Length::from_m(550e-9), Length::from_m(640e-9)};
  params.reference_wavelength = Length::from_m(550e-9);
  params.defocus = {-2, -1, 0, 1, 2};
  params.size = {64, 64};
  params.pitch = {Length::from_m(5.5e-6), Length::from_m(5.5e-6)};
  return params;
}

struct Design {
  std::vector<NamedComponent> optics;
  ParameterTree tree;
  std::unique_ptr<LensPsf> psf;

  explicit Design(const std::string& block) : optics(optics_block(block)) {
    BuildContext context;
    context.path = "model.psf";
    context.dtype = at::kDouble;
    context.optics = &optics;
    context.parameters = &tree;
    psf = std::make_unique<LensPsf>(system(), context);
  }
};

std::string mask(const std::string& surface) {
  return "mask: {type: phase_mask, material: fused_silica, design_wavelength: 550 nm, surface: " +
         surface + "}";
}

/// PSNR of the Wiener filter that all depths share, and of each depth alone with it (dB).
struct Score {
  at::Tensor shared, per_depth, mse;
};

Score score_of(const at::Tensor& psf) {
  const at::Tensor f =
      at::fft_fftfreq(64, 1.0 / 64.0, at::TensorOptions().dtype(at::kDouble)) / 64.0;
  const at::Tensor squared = (f * f).unsqueeze(1) + f * f;
  const at::Tensor shape = (squared + 1.0 / 4096.0).reciprocal();
  const at::Tensor prior = shape * (0.06 / shape.mean());
  const double noise = 0.5 / 1000.0 + 4.0 / 1e6;
  const at::Tensor h = at::fft_fft2(psf.roll({-32, -32}, {1, 2}));
  const at::Tensor m1 = h.mean(0);
  const at::Tensor power = at::real(h * h.conj());
  const at::Tensor m1_squared = at::real(m1 * m1.conj());
  const at::Tensor denominator = prior * power.mean(0) + noise;
  const at::Tensor mse = (prior - prior * prior * m1_squared / denominator).mean();
  // Error of one depth: S |1 - W H|^2 + |W|^2 s^2.
  const at::Tensor w = m1.conj() * (prior / denominator);
  const at::Tensor miss = w * h - 1.0;
  const at::Tensor each =
      (prior * at::real(miss * miss.conj()) + at::real(w * w.conj()) * noise).mean({1, 2});
  return {mse.log10() * -10.0, each.log10() * -10.0, mse};
}

TEST(LensPsf, OpenApertureHasTheGoldenPixels) {
  const at::Tensor psf = Design("{}").psf->psf();
  EXPECT_NEAR(psf[2][32][32].item<double>(), 0.58131781, 5e-9);
  EXPECT_NEAR(psf[2][32][33].item<double>(), 0.06253031, 5e-9);
  EXPECT_NEAR(psf[2][33][33].item<double>(), 0.01100212, 5e-9);
  EXPECT_NEAR(psf[2].sum().item<double>(), 0.99495033, 5e-9);
  EXPECT_NEAR(psf[0][32][32].item<double>(), 0.00711252, 5e-9);
  EXPECT_NEAR(psf[4][32][32].item<double>(), 0.00711252, 5e-9);
}

TEST(LensPsf, OpenApertureAndStopHaveTheirScores) {
  const Score open = score_of(Design("{}").psf->psf());
  EXPECT_NEAR(open.shared.item<double>(), 15.694, 5e-4);
  EXPECT_NEAR(open.mse.item<double>(), 0.02695480, 5e-9);
  const double per_depth[] = {14.12, 15.79, 23.46, 15.79, 14.12};
  for (int i = 0; i < 5; ++i) EXPECT_NEAR(open.per_depth[i].item<double>(), per_depth[i], 5e-3);
  const Score stop =
      score_of(Design("stop: {type: circular_aperture, diameter: 0.135 mm}").psf->psf());
  EXPECT_NEAR(stop.shared.item<double>(), 16.981, 5e-4);
}

TEST(LensPsf, CubicMaskHasTheGoldenPixelsScoresAndSlope) {
  Design cubic(mask("{type: cubic, strength: 20 rad, diameter: 0.25 mm}"));
  const at::Tensor psf = cubic.psf->psf();
  EXPECT_NEAR(psf[2][32][32].item<double>(), 0.00858246, 5e-9);
  EXPECT_NEAR(psf[2].max().item<double>(), 0.03794649, 5e-9);
  EXPECT_EQ(psf[2].argmax().item<std::int64_t>(), 33 * 64 + 33);
  EXPECT_NEAR(score_of(psf).shared.item<double>(), 16.840059, 5e-7);
  const at::Tensor strength = cubic.tree.at("optics.mask.surface.strength").leaf;
  strength.requires_grad_(true);
  score_of(cubic.psf->psf()).shared.backward();
  EXPECT_NEAR(strength.grad().item<double>(), -0.0133073886, 5e-11);
  const Design best(mask("{type: cubic, strength: 17 rad, diameter: 0.25 mm}"));
  EXPECT_NEAR(score_of(best.psf->psf()).shared.item<double>(), 16.859, 5e-4);
}

/// The transforms that were kept are not those of another distance, and carry no stale gradient.
TEST(LensPsf, AStepOfTheDistanceIsSeen) {
  Design moved(mask("{type: cubic, strength: 20 rad, diameter: 0.25 mm}"));
  const at::Tensor distance = moved.tree.at("model.psf.distance").leaf;
  const auto objective = [&] { return moved.psf->psf()[3].square().sum(); };
  const auto at_mm = [&](double mm) {
    const at::NoGradGuard no_grad;
    distance.fill_(mm);
    return objective().item<double>();
  };
  const double quotient = (at_mm(2.6 + 1e-5) - at_mm(2.6 - 1e-5)) / 2e-5;
  const double before = at_mm(2.5), after = at_mm(2.6);
  EXPECT_GT(std::abs(before - after), 1e-6);
  distance.requires_grad_(true);
  objective().backward();
  EXPECT_NEAR(distance.grad().item<double>(), quotient, 1e-6 * std::abs(quotient));
  EXPECT_EQ(at_mm(2.5), before);
}

/// Without the lens: its ideal phase is taken out again, exp(i pi r^2 / (wavelength s)).
TEST(LensPsf, FresnelLensWithoutALensHasTheGoldenPixelAndScores) {
  const std::string no_lens = "no_lens: {type: thin_lens, focal_length: -2.5 mm}\n";
  const auto design = [&](const std::string& levels) {
    return Design(no_lens +
                  "mask: {type: phase_mask, material: fused_silica, design_wavelength: 550 nm, " +
                  levels + "surface: {type: fresnel_lens, focal_length: 2.5 mm}}");
  };
  const at::Tensor psf = design("").psf->psf();
  EXPECT_NEAR(psf[2][32][32].item<double>(), 0.20400244, 5e-9);
  EXPECT_NEAR(score_of(psf).shared.item<double>(), 17.038, 5e-4);
  for (const auto& [levels, score] :
       {std::pair{2, 16.134}, {4, 16.804}, {8, 16.978}, {16, 17.016}}) {
    const Score got = score_of(design("levels: " + std::to_string(levels) + ", ").psf->psf());
    EXPECT_NEAR(got.shared.item<double>(), score, 5e-4) << levels;
  }
}

TEST(LensPsf, AWindowOfMoreThanOnePeriodAndASourceAreRefused) {
  LensPsf::Params params = system();
  params.samples = 32;
  BuildContext context;
  context.path = "model.psf";
  try {
    (void)LensPsf(params, context);
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(error.what(),
                 "model.psf: the window of 352 um shows more than one period of the transform, 147 "
                 "um at 460 nm; take more samples of the pupil or a smaller window");
  }
  try {
    const Design lit("light: {type: plane_wave, wavelength: 550 nm}");
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "optics.light: is a source, but model.psf lights the optics itself; leave it out");
  }
}

}  // namespace
}  // namespace parfocal::optics
