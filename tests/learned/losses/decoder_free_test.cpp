// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "learned/losses/cramer_rao.h"
#include "learned/losses/modulation_transfer.h"
#include "learned/losses/mutual_information.h"
#include "optics/detectors/gaussian_detector.h"
#include "optics/detectors/poisson_gaussian_detector.h"
#include "optics/psf/lens_psf.h"
#include "tests/learned/losses/plain_camera.h"

namespace parfocal::test {
namespace {

double number(const at::Tensor& value) { return value.item<double>(); }

imaging::IncoherentImaging periodic(const at::Tensor& psf) {
  return {psf, imaging::Boundary::kPeriodic};
}

/// The f/10 camera of five depths of the benchmark.
imaging::IncoherentImaging benchmark_camera() {
  optics::LensPsf::Params params;
  params.diameter = Length::from_m(0.25e-3);
  params.distance = Length::from_m(2.5e-3);
  params.wavelength = {Length::from_m(460e-9), Length::from_m(550e-9), Length::from_m(640e-9)};
  params.reference_wavelength = Length::from_m(550e-9);
  params.defocus = {-2, -1, 0, 1, 2};
  params.size = {64, 64};
  params.pitch = {Length::from_m(5.5e-6), Length::from_m(5.5e-6)};
  BuildContext context;
  context.path = "model.psf";
  context.dtype = at::kDouble;
  return periodic(optics::LensPsf(params, context).psf());
}

/// Noise of variance 5.04e-4 at object value 1/2 and 1000 photons.
optics::PoissonGaussianDetector benchmark_sensor() {
  optics::PoissonGaussianDetector::Params params;
  params.read_noise = Electrons::from_si(2.0);
  params.gain = 1e4;
  params.bits = 32;
  return {params, BuildContext{}};
}

/// Published: H = 1 and H = 1/2 at S = 0.06 and s^2 = 5.04e-4.
TEST(MutualInformation, OfAWhiteObjectIsPublished) {
  learned::MutualInformation::Params params;
  params.object.correlation = 1e-4;  // White, to 1e-8.
  const learned::MutualInformation loss(params);
  const auto detector = benchmark_sensor();
  const auto full = plain_camera(8, 9);
  const auto half = periodic(full.psf() * 0.5);
  EXPECT_NEAR(number(loss.value({full, detector, 1000.0, {}, {}})), -3.453731, 5e-7);
  EXPECT_NEAR(number(loss.value({half, detector, 1000.0, {}, {}})), -2.471536, 5e-7);
}

TEST(MutualInformation, OfTheOpenApertureIsPublishedForEveryDepth) {
  const learned::MutualInformation loss(learned::MutualInformation::Params{});
  const auto model = benchmark_camera();
  const auto detector = benchmark_sensor();
  const at::Tensor bits = loss.condition_scores({model, detector, 1000.0, {}, {}});
  const std::array<double, 5> published{0.1248, 0.2830, 1.9985, 0.2830, 0.1248};
  for (int k = 0; k < 5; ++k) {
    EXPECT_NEAR(number(bits[k]), published[static_cast<std::size_t>(k)], 5e-5);
  }
  EXPECT_EQ(loss.score(-2.0), 2.0);
}

/// Gaussians at the centre of the image: sums of (weight, y, x, standard deviation).
struct Spot {
  double weight, y, x, sigma;
};
constexpr std::int64_t kSize = 96;

at::Tensor image_of(const std::vector<Spot>& spots, int along_y, int along_x) {
  at::Tensor sum = at::zeros({kSize, kSize}, at::kDouble);
  for (const Spot& spot : spots) {
    const at::Tensor axis = at::arange(kSize, at::kDouble) - kSize / 2;
    const at::Tensor y = (axis - spot.y).unsqueeze(1), x = axis - spot.x;
    const double s2 = spot.sigma * spot.sigma;
    at::Tensor value = (-(y.square() + x.square()) / (2.0 * s2)).exp() *
                       (spot.weight / (2.0 * std::numbers::pi * s2));
    if (along_y != 0) value = value * y / s2;
    if (along_x != 0) value = value * x / s2;
    sum = sum + value;
  }
  return sum;
}

learned::CramerRao bound(double photons, double background, learned::CramerRao::Unknown unknown) {
  learned::CramerRao::Params params;
  params.photons = {Photons::from_si(photons)};
  params.background = {Photons::from_si(background)};
  params.unknown = unknown;
  return learned::CramerRao(params);
}

/// sigma / sqrt(N): published as 0.031623 for sigma = 1, N = 1000. So much light that the pixels
/// below the smallest mean of the detector do not matter.
TEST(CramerRao, OfAGaussianSpotIsTheClosedForm) {
  const double sigma = 6.0;
  const auto model = periodic(image_of({{1.0, 0.0, 0.0, sigma}}, 0, 0).unsqueeze(0));
  const auto detector = photon_counter();
  const auto loss = bound(1e7, 1e-7, learned::CramerRao::Unknown::kPosition);
  const double value = number(loss.value({model, detector, 1.0, {}, {}}));
  EXPECT_NEAR(loss.score(value) / sigma * std::sqrt(1e7 / 1000.0), 0.031623, 1e-6);
  EXPECT_EQ(loss.score_unit(), "px");
}

/// Inverse by elimination without pivoting, which a positive matrix allows.
std::vector<std::vector<double>> inverted(std::vector<std::vector<double>> a) {
  const std::size_t n = a.size();
  std::vector<std::vector<double>> inverse(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < n; ++i) inverse[i][i] = 1.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double pivot = a[i][i];
    for (std::size_t k = 0; k < n; ++k) {
      a[i][k] /= pivot;
      inverse[i][k] /= pivot;
    }
    for (std::size_t j = 0; j < n; ++j) {
      const double factor = a[j][i];
      if (j == i) continue;
      for (std::size_t k = 0; k < n; ++k) {
        a[j][k] -= factor * a[i][k];
        inverse[j][k] -= factor * inverse[i][k];
      }
    }
  }
  return inverse;
}

TEST(CramerRao, OfACrookedSpotIsTheDirectSum) {
  const std::vector<Spot> spots{{0.5, -3.0, 2.0, 3.0}, {0.3, 4.0, 5.0, 4.0}};
  const double photons = 700.0, background = 2.0;
  const at::Tensor h = image_of(spots, 0, 0);
  const std::vector<at::Tensor> slopes{image_of(spots, 1, 0) * photons,
                                       image_of(spots, 0, 1) * photons, h, at::full_like(h, 1.0)};
  const auto model = periodic(h.unsqueeze(0));
  const auto detector = photon_counter();
  const learned::CramerRao::Unknown words[] = {learned::CramerRao::Unknown::kPosition,
                                               learned::CramerRao::Unknown::kPhotons,
                                               learned::CramerRao::Unknown::kBackground};
  for (std::size_t unknowns = 2; unknowns <= 4; ++unknowns) {
    std::vector<std::vector<double>> fisher(unknowns, std::vector<double>(unknowns));
    for (std::size_t a = 0; a < unknowns; ++a) {
      for (std::size_t b = 0; b < unknowns; ++b) {
        fisher[a][b] = number((slopes[a] * slopes[b] / (h * photons + background)).sum());
      }
    }
    const auto inverse = inverted(fisher);
    const auto loss = bound(photons, background, words[unknowns - 2]);
    EXPECT_NEAR(number(loss.value({model, detector, 1.0, {}, {}})), inverse[0][0] + inverse[1][1],
                1e-8);
  }
}

/// An aberrated pupil: the Strehl ratio is |mean exp(i phase)|^2 of its samples.
TEST(ModulationTransfer, StrehlIsThatOfThePupil) {
  constexpr std::int64_t kGrid = 192;
  constexpr double kRadius = 48.0;  // Samples; the cutoff is 2 radii / grid.
  const at::Tensor axis = at::arange(kGrid, at::kDouble) - kGrid / 2;
  const at::Tensor y = axis.unsqueeze(1) / kRadius, x = axis.unsqueeze(0) / kRadius;
  const at::Tensor r2 = y.square() + x.square();
  const at::Tensor inside = r2.le(1.0).to(at::kDouble);
  std::vector<at::Tensor> psfs;
  std::vector<double> expected;
  for (const double strength : {0.0, 0.4, 1.0}) {
    const at::Tensor phase = (r2 * 2.0 - 1.0) * std::sqrt(3.0) * strength;
    const at::Tensor pupil = at::complex(inside * phase.cos(), inside * phase.sin());
    const at::Tensor field = fft2(centre_to_origin(pupil));
    const at::Tensor psf = field.abs().square();
    psfs.push_back(origin_to_centre(psf / psf.sum()) * 0.7);
    const double re = number((inside * phase.cos()).sum() / inside.sum());
    const double im = number((inside * phase.sin()).sum() / inside.sum());
    expected.push_back(re * re + im * im);
  }
  learned::ModulationTransfer::Params params;
  params.merit = learned::ModulationTransfer::Merit::kStrehl;
  params.cutoff = 2.0 * kRadius / kGrid;
  const learned::ModulationTransfer loss(params);
  const auto model = periodic(at::stack(psfs));
  const auto detector = photon_counter();
  const at::Tensor strehl = loss.condition_scores({model, detector, 1.0, {}, {}});
  // The rim of the sampled pupil is ragged.
  for (int k = 0; k < 3; ++k) {
    EXPECT_NEAR(number(strehl[k]), expected[static_cast<std::size_t>(k)], 5e-3);
  }
  EXPECT_NEAR(expected[1], std::exp(-0.16), 2e-3);  // Mahajan, for small phases.
}

TEST(ModulationTransfer, LogarithmAndHingeAreSumsOverTheDisc) {
  const at::Tensor psf = RandomStream(1).uniform({2, 8, 9}) / 72.0;
  const auto model = periodic(psf);
  const auto detector = photon_counter();
  const at::Tensor contrast = fft2(at::complex(psf, at::zeros_like(psf))).abs();
  const auto frequency = [](std::int64_t k, std::int64_t n) {
    return static_cast<double>(2 * k < n ? k : k - n) / static_cast<double>(n);
  };
  double logarithm = 0.0, hinge = 0.0, count = 0.0;
  for (std::int64_t k = 0; k < 2; ++k) {
    for (std::int64_t i = 0; i < 8; ++i) {
      for (std::int64_t j = 0; j < 9; ++j) {
        if (std::hypot(frequency(i, 8), frequency(j, 9)) > 0.3) continue;
        const double h = number(contrast[k][i][j]);
        logarithm += std::log(h * h + 1e-4);
        hinge += std::max(0.0, 0.2 - h);
        count += 1.0;
      }
    }
  }
  learned::ModulationTransfer::Params params;
  params.cutoff = 0.3;
  params.epsilon = 1e-4;
  params.target = 0.2;
  const auto value = [&] {
    return number(learned::ModulationTransfer(params).value({model, detector, 1.0, {}, {}}));
  };
  EXPECT_NEAR(value(), -logarithm / count, 1e-12);
  params.merit = learned::ModulationTransfer::Merit::kHinge;
  EXPECT_NEAR(value(), hinge / count, 1e-12);
  EXPECT_GT(hinge, 0.0);
}

}  // namespace
}  // namespace parfocal::test
