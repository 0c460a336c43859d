// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "solvers/data_term.h"
#include "solvers/priors/non_negative.h"
#include "solvers/priors/wavelet_l1.h"
#include "tests/solvers/problems.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using solvers::TotalVariation;
using solvers::TvKind;
using solvers::Wavelet;
using solvers::WaveletL1;

constexpr DifferenceBoundary kBoundaries[] = {DifferenceBoundary::kCircular,
                                              DifferenceBoundary::kOpen};
constexpr TvKind kKinds[] = {TvKind::kAnisotropic, TvKind::kIsotropic};

TotalVariation tv(TvKind kind, DifferenceBoundary boundary, double weight, double accuracy = 1e-6) {
  TotalVariation::Params p;
  p.kind = kind;
  p.boundary = boundary;
  p.weight = weight;
  p.prox_accuracy = accuracy;
  p.prox_iterations = 200000;
  return TotalVariation(p);
}

/// Total variation by loops over the pixels.
double variation_by_loops(const at::Tensor& image, TvKind kind, DifferenceBoundary boundary) {
  const auto v = image.accessor<double, 2>();
  const std::int64_t n_y = image.size(0), n_x = image.size(1);
  double sum = 0;
  for (std::int64_t i = 0; i < n_y; ++i) {
    for (std::int64_t j = 0; j < n_x; ++j) {
      double y = 0, x = 0;
      if (boundary == DifferenceBoundary::kCircular) {
        y = v[(i + n_y - 1) % n_y][j] - v[i][j];
        x = v[i][(j + n_x - 1) % n_x] - v[i][j];
      } else {
        if (i + 1 < n_y) y = v[i][j] - v[i + 1][j];
        if (j + 1 < n_x) x = v[i][j] - v[i][j + 1];
      }
      sum += kind == TvKind::kAnisotropic ? std::abs(y) + std::abs(x) : std::hypot(y, x);
    }
  }
  return sum;
}

TEST(Differences, AdjointIsExactAndTheSpectrumIsThatOfItsSquare) {
  for (const DifferenceBoundary boundary : kBoundaries) {
    const at::Tensor v = random_normal({2, 1, 5, 4}, at::kDouble, 1);
    const Differences u{random_normal({2, 1, 5, 4}, at::kDouble, 2),
                        random_normal({2, 1, 5, 4}, at::kDouble, 3)};
    const Differences d = differences(v, boundary);
    const double left = (d.y * u.y + d.x * u.x).sum().item<double>();
    const double right = (v * differences_adjoint(u, boundary)).sum().item<double>();
    EXPECT_TRUE(close(left, right, 1e-13));
  }
  // The plane wave cos(2 pi (i / 5 + 2 j / 7)) is an eigenvector of D^T D.
  at::Tensor wave = at::zeros({5, 7}, at::kDouble);
  for (std::int64_t i = 0; i < 5; ++i) {
    for (std::int64_t j = 0; j < 7; ++j) {
      wave[i][j] =
          std::cos(2 * M_PI * (static_cast<double>(i) / 5 + 2.0 * static_cast<double>(j) / 7));
    }
  }
  const LaplacianSpectrum l = laplacian_spectrum(5, 7);
  const at::Tensor square = differences_adjoint(differences(wave, DifferenceBoundary::kCircular),
                                                DifferenceBoundary::kCircular);
  EXPECT_TRUE(close(square, wave * (l.y[1] + l.x[2]), 1e-13));
}

TEST(TotalVariation, ValueIsTheLoopOverTheDefinition) {
  const at::Tensor v = random_normal({2, 1, 5, 4}, at::kDouble, 1);
  for (const TvKind kind : kKinds) {
    for (const DifferenceBoundary boundary : kBoundaries) {
      const at::Tensor value = tv(kind, boundary, 0.7).value(v);
      for (std::int64_t b = 0; b < 2; ++b) {
        EXPECT_TRUE(close(value[b].item<double>(),
                          0.7 * variation_by_loops(v[b][0], kind, boundary), 1e-12));
      }
      EXPECT_TRUE(
          close(tv(kind, boundary, 1).value(at::ones({1, 1, 3, 3}, at::kDouble))[0].item<double>(),
                0.0, 0.0));
    }
  }
}

/// Objective of the prox at w.
double prox_objective(const at::Tensor& w, const at::Tensor& v, double t, TvKind kind,
                      DifferenceBoundary boundary) {
  return t * variation_by_loops(w[0][0], kind, boundary) +
         0.5 * ((w - v) * (w - v)).sum().item<double>();
}

/// Smallest objective that a random walk with shrinking steps finds from `start`.
double searched(const at::Tensor& start, const at::Tensor& v, double t, TvKind kind,
                DifferenceBoundary boundary, bool non_negative) {
  at::Tensor best = start.clone();
  double least = prox_objective(best, v, t, kind, boundary);
  for (int i = 0; i < 4000; ++i) {
    const double size = 0.3 * std::pow(10.0, -6.0 * i / 4000.0);
    at::Tensor trial =
        best + size * random_normal(v.sizes(), at::kDouble, static_cast<std::uint64_t>(i));
    if (i % 3 == 0)
      trial = best + size * random_normal({1, 1, 1, 1}, at::kDouble, static_cast<std::uint64_t>(i));
    if (non_negative) trial = trial.clamp_min(0);
    const double objective = prox_objective(trial, v, t, kind, boundary);
    if (objective < least) {
      least = objective;
      best = trial;
    }
  }
  return least;
}

TEST(TotalVariation, ProxIsNotBeatenByASearch) {
  const at::Tensor v = random_normal({1, 1, 3, 3}, at::kDouble, 7);
  const double weight = 0.4, step = 0.5;
  for (const TvKind kind : kKinds) {
    for (const DifferenceBoundary boundary : kBoundaries) {
      for (const bool non_negative : {false, true}) {
        const TotalVariation prior = tv(kind, boundary, weight, 1e-7);
        const at::Tensor w = non_negative ? prior.prox_non_negative(v, step) : prior.prox(v, step);
        const double got = prox_objective(w, v, weight * step, kind, boundary);
        EXPECT_LE(got, searched(w, v, weight * step, kind, boundary, non_negative) + 1e-9);
        EXPECT_LE(got, searched(non_negative ? v.clamp_min(0) : v, v, weight * step, kind, boundary,
                                non_negative) +
                           1e-9);
        if (non_negative) {
          EXPECT_GE(w.min().item<double>(), 0.0);
        }
      }
    }
  }
}

TEST(TotalVariation, ProxOfAStepIsTheClosedForm) {
  // Two plateaus of m pixels along x, open boundary: each moves towards the other by t / m.
  at::Tensor v = at::zeros({1, 1, 1, 6}, at::kDouble);
  v.narrow(3, 3, 3).fill_(1.0);
  const at::Tensor w = tv(TvKind::kAnisotropic, DifferenceBoundary::kOpen, 0.3, 1e-8).prox(v, 0.5);
  at::Tensor expected = at::zeros({1, 1, 1, 6}, at::kDouble);
  expected.narrow(3, 0, 3).fill_(0.05);
  expected.narrow(3, 3, 3).fill_(0.95);
  EXPECT_TRUE(close(w, expected, 1e-7));
}

TEST(TotalVariation, ProxKeepsTheMeanAndItsStatedAccuracy) {
  const at::Tensor v = random_normal({2, 1, 15, 22}, at::kDouble, 3);
  for (const TvKind kind : kKinds) {
    const at::Tensor fine = tv(kind, DifferenceBoundary::kCircular, 0.3, 1e-6).prox(v, 1.0);
    const at::Tensor coarse = tv(kind, DifferenceBoundary::kCircular, 0.3, 1e-2).prox(v, 1.0);
    EXPECT_TRUE(close(fine.mean({2, 3}), v.mean({2, 3}), 1e-12));
    const at::Tensor error = sum_per_item((fine - coarse) * (fine - coarse)).sqrt();
    EXPECT_TRUE((error / sum_per_item(v * v).sqrt()).le(1.01e-2).all().item<bool>());
  }
}

TEST(TotalVariation, UnreachedAccuracyIsANumericError) {
  TotalVariation::Params p;
  p.weight = 1.0;
  p.prox_accuracy = 1e-12;
  p.prox_iterations = 3;
  const TotalVariation prior(p);
  EXPECT_THROW(static_cast<void>(prior.prox(random_normal({1, 1, 8, 8}, at::kDouble, 1), 1.0)),
               NumericError);
}

TEST(NonNegative, ProxIsTheProjectionAndValueTheIndicator) {
  const solvers::NonNegative prior;
  const at::Tensor v = random_normal({2, 1, 4, 4}, at::kDouble, 1);
  EXPECT_TRUE(identical(prior.prox(v, 3.0), v.clamp_min(0)));
  EXPECT_EQ(prior.value(v)[0].item<double>(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(prior.value(v.abs())[1].item<double>(), 0.0);
}

TEST(NonNegative, MissingGradientIsNamed) {
  try {
    static_cast<void>(solvers::NonNegative().gradient(at::zeros({1, 1, 2, 2})));
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "prior non_negative has no gradient");
  }
}

WaveletL1 wavelet(Wavelet kind, std::int64_t levels, double weight) {
  WaveletL1::Params p;
  p.wavelet = kind;
  p.levels = levels;
  p.weight = weight;
  return WaveletL1(p);
}

TEST(WaveletL1, TransformIsOrthogonal) {
  const at::Tensor v = random_normal({2, 1, 8, 16}, at::kDouble, 1);
  for (const Wavelet kind : {Wavelet::kHaar, Wavelet::kDaubechies4}) {
    for (std::int64_t levels = 1; levels <= 3; ++levels) {
      const at::Tensor c = solvers::wavelet_transform(v, kind, levels);
      EXPECT_TRUE(close((c * c).sum().item<double>(), (v * v).sum().item<double>(), 1e-11));
      EXPECT_TRUE(close(solvers::inverse_wavelet_transform(c, kind, levels), v, 1e-13));
    }
  }
}

TEST(WaveletL1, DaubechiesDetailsVanishOnALine) {
  at::Tensor v = at::zeros({1, 1, 2, 16}, at::kDouble);
  for (std::int64_t j = 0; j < 16; ++j) v.select(3, j).fill_(static_cast<double>(j));
  const at::Tensor c = solvers::wavelet_transform(v, Wavelet::kDaubechies4, 1);
  // The last detail wraps around the edge.
  EXPECT_TRUE(close(c[0][0][0].narrow(0, 8, 7), at::zeros({7}, at::kDouble), 1e-12));
  EXPECT_GE(std::abs(c[0][0][0][15].item<double>()), 1.0);
}

TEST(WaveletL1, HaarOfOneBlockIsItsSumsAndDifferences) {
  at::Tensor v = at::zeros({1, 1, 2, 2}, at::kDouble);
  v[0][0][0][0] = 1.0;
  v[0][0][0][1] = 2.0;
  v[0][0][1][0] = 4.0;
  v[0][0][1][1] = 8.0;
  const WaveletL1 prior = wavelet(Wavelet::kHaar, 1, 2.0);
  // Details (1-2+4-8)/2, (1+2-4-8)/2, (1-2-4+8)/2.
  EXPECT_TRUE(close(prior.value(v)[0].item<double>(), 2.0 * (2.5 + 4.5 + 1.5), 1e-12));
}

TEST(WaveletL1, ProxShrinksDetailsOnly) {
  const at::Tensor v = random_normal({2, 1, 8, 16}, at::kDouble, 1);
  const WaveletL1 prior = wavelet(Wavelet::kDaubechies4, 2, 0.4);
  const at::Tensor w = prior.prox(v, 0.5);
  const at::Tensor before = solvers::wavelet_transform(v, Wavelet::kDaubechies4, 2);
  at::Tensor expected = before.sign() * (before.abs() - 0.2).clamp_min(0);
  expected.narrow(2, 0, 2).narrow(3, 0, 4).copy_(before.narrow(2, 0, 2).narrow(3, 0, 4));
  EXPECT_TRUE(close(solvers::wavelet_transform(w, Wavelet::kDaubechies4, 2), expected, 1e-13));
}

TEST(WaveletL1, SizesThatDoNotDivideAreASamplingError) {
  EXPECT_THROW(
      static_cast<void>(wavelet(Wavelet::kHaar, 3, 1).prox(at::zeros({1, 1, 15, 22}), 1.0)),
      SamplingError);
}

}  // namespace
}  // namespace parfocal::test
