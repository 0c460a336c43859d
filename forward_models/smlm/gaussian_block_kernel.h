// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set: PARFOCAL_SIMD_LEVEL names the namespace, PARFOCAL_SIMD_WIDTH
// the doubles in one vector.
#pragma once

#include <cstdint>
#include <numbers>

#include "forward_models/smlm/gaussian_block.h"
#include "forward_models/smlm/vector_math.h"

namespace parfocal::smlm::PARFOCAL_SIMD_LEVEL {
namespace {

/// Twice the share of the normal distribution between 0 and x standard deviations,
/// erf(x / sqrt 2), given exp(-x^2 / 2). The factor exp(u^2) erfc(u), u = |x| / sqrt 2, is its
/// Chebyshev interpolant in 1 / (u + 2) on 0 <= u <= 6, to 3e-16.
inline Vector normal_share(Vector x, Vector decay) {
  constexpr double kCoefficients[] = {
      5.6497299986033863e-13,  -9.3922651886686974e-11, -3.0404893925451126e-10,
      2.7745552072589166e-10,  3.379413024346726e-09,   7.3528254999029224e-09,
      -6.5291208659183263e-09, -8.6469822503844627e-08, -1.9837445846902281e-07,
      2.8233964321270448e-07,  2.8381380827824635e-06,  4.271117295080498e-06,
      -2.2700158552076703e-05, -0.00010054189865915536, 0.00013358426932798316,
      0.0016653643667926357,   -0.0016702444046761188,  -0.032993429477890725,
      0.16940759095449714,     -0.42218758361344777,    0.3785374169292397};
  const Vector size = x < 0.0 ? -x : x;
  const Vector u = size * (0.5 * std::numbers::sqrt2);
  const Vector t = 5.0 / 3.0 - (16.0 / 3.0) / (u + 2.0);
  Vector p = filled(kCoefficients[0]);
  for (int k = 1; k < 21; ++k) p = p * t + kCoefficients[k];
  const Vector tail = u < 6.0 ? decay * p : filled(0.0);
  const Vector inside = 1.0 - tail;
  return x < 0.0 ? -inside : inside;
}

/// Shares of the pixels of one axis with their derivatives to centre and width.
struct Axis {
  Vector e[kLargestWindow], d_center[kLargestWindow], d_width[kLargestWindow];
};

inline void fill_axis(Vector center, Vector width, std::int64_t n, Axis& axis) {
  const Vector inverse = 1.0 / width;
  const Vector slope = inverse * (0.5 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi);
  Vector low_x = (-0.5 - center) * inverse;
  Vector low_decay = exponential(-0.5 * low_x * low_x);
  Vector low = normal_share(low_x, low_decay);
  for (std::int64_t i = 0; i < n; ++i) {
    const Vector high_x = (static_cast<double>(i) + 0.5 - center) * inverse;
    const Vector high_decay = exponential(-0.5 * high_x * high_x);
    const Vector high = normal_share(high_x, high_decay);
    axis.e[i] = 0.5 * (high - low);
    axis.d_center[i] = (low_decay - high_decay) * slope;
    axis.d_width[i] = (low_x * low_decay - high_x * high_decay) * slope;
    low_x = high_x;
    low_decay = high_decay;
    low = high;
  }
}

/// Sums over one row of pixels, of weight 1 / mu and of the residual d / mu - 1, times the shares
/// along x (0) and their derivatives to centre (1) and width (2).
struct RowSums {
  Vector w{}, w0{}, w1{}, w2{}, w00{}, w01{}, w02{}, w11{}, w12{}, w22{};
  Vector r{}, r0{}, r1{}, r2{};
  Vector nll{};
};

template <bool kFreeWidth, bool kVariance>
inline RowSums sum_row(const double* counts, const double* variance, std::int64_t n_x,
                       const Axis& x, Vector scale, Vector background) {
  RowSums s;
  for (std::int64_t i = 0; i < n_x; ++i) {
    const Vector d = loaded(counts + i * kEmitterLanes);
    Vector mu = scale * x.e[i] + background;
    if constexpr (kVariance) mu += loaded(variance + i * kEmitterLanes);
    const Vector w = 1.0 / mu;
    const Vector r = d * w - 1.0;
    const Vector w0 = w * x.e[i], w1 = w * x.d_center[i];
    s.nll += mu - d * logarithm(mu);
    s.w += w;
    s.w0 += w0;
    s.w1 += w1;
    s.w00 += w0 * x.e[i];
    s.w01 += w1 * x.e[i];
    s.w11 += w1 * x.d_center[i];
    s.r += r;
    s.r0 += r * x.e[i];
    s.r1 += r * x.d_center[i];
    if constexpr (kFreeWidth) {
      const Vector w2 = w * x.d_width[i];
      s.w2 += w2;
      s.w02 += w2 * x.e[i];
      s.w12 += w2 * x.d_center[i];
      s.w22 += w2 * x.d_width[i];
      s.r2 += r * x.d_width[i];
    }
  }
  return s;
}

/// Numbers of entry (a, b) of the upper triangle.
constexpr int entry(int a, int b, int n) { return a * n - a * (a - 1) / 2 + (b - a); }

template <bool kFreeWidth>
struct Totals {
  static constexpr int kCount = kFreeWidth ? 5 : 4;
  Vector nll{}, score[kCount]{}, fisher[kCount * (kCount + 1) / 2]{};

  Vector& at(int a, int b) { return fisher[entry(a, b, kCount)]; }

  /// Adds a row whose share along y is y0, with derivatives y1 to its centre and y2 to its width.
  void add(const RowSums& s, Vector n, Vector y0, Vector y1, Vector y2) {
    const Vector n0 = n * y0, n1 = n * y1;
    nll += s.nll;
    score[0] += n0 * s.r1;
    score[1] += n1 * s.r0;
    score[2] += y0 * s.r0;
    score[3] += s.r;
    at(0, 0) += n0 * n0 * s.w11;
    at(0, 1) += n0 * n1 * s.w01;
    at(0, 2) += n0 * y0 * s.w01;
    at(0, 3) += n0 * s.w1;
    at(1, 1) += n1 * n1 * s.w00;
    at(1, 2) += n1 * y0 * s.w00;
    at(1, 3) += n1 * s.w0;
    at(2, 2) += y0 * y0 * s.w00;
    at(2, 3) += y0 * s.w0;
    at(3, 3) += s.w;
    if constexpr (kFreeWidth) {
      const Vector n2 = n * y2;
      score[4] += n0 * s.r2 + n2 * s.r0;
      at(0, 4) += n0 * (n0 * s.w12 + n2 * s.w01);
      at(1, 4) += n1 * (n0 * s.w02 + n2 * s.w00);
      at(2, 4) += y0 * (n0 * s.w02 + n2 * s.w00);
      at(3, 4) += n0 * s.w2 + n2 * s.w0;
      at(4, 4) += n0 * n0 * s.w22 + 2.0 * n0 * n2 * s.w02 + n2 * n2 * s.w00;
    }
  }
};

template <bool kFreeWidth, bool kVariance>
void evaluate_lanes(const GaussianShape& shape, const EmitterWindows& windows, const double* theta,
                    int lane, EmitterSums& sums) {
  const auto value = [&](int parameter) {
    return loaded(theta + parameter * kEmitterLanes + lane);
  };
  const Vector photons = value(2), background = value(3);
  const Vector width = kFreeWidth ? value(4) : filled(shape.sigma_x_px);
  Axis x, y;
  fill_axis(value(0), width, shape.n_x, x);
  fill_axis(value(1), width * shape.y_over_x, shape.n_y, y);
  Totals<kFreeWidth> totals;
  for (std::int64_t j = 0; j < shape.n_y; ++j) {
    const std::int64_t first = j * shape.n_x * kEmitterLanes + lane;
    const RowSums row = sum_row<kFreeWidth, kVariance>(
        windows.counts + first, kVariance ? windows.variance + first : nullptr, shape.n_x, x,
        photons * y.e[j], background);
    totals.add(row, photons, y.e[j], y.d_center[j], y.d_width[j] * shape.y_over_x);
  }
  store(sums.nll + lane, totals.nll);
  for (int a = 0; a < totals.kCount; ++a) store(sums.score[a] + lane, totals.score[a]);
  for (int k = 0; k < totals.kCount * (totals.kCount + 1) / 2; ++k) {
    store(sums.fisher[k] + lane, totals.fisher[k]);
  }
}

void evaluate(const GaussianShape& shape, const EmitterWindows& windows, const double* theta,
              EmitterSums& sums) {
  for (int lane = 0; lane < kEmitterLanes; lane += kWidth) {
    const bool read_noise = windows.variance != nullptr;
    if (shape.free_width && read_noise)
      evaluate_lanes<true, true>(shape, windows, theta, lane, sums);
    if (shape.free_width && !read_noise) {
      evaluate_lanes<true, false>(shape, windows, theta, lane, sums);
    }
    if (!shape.free_width && read_noise) {
      evaluate_lanes<false, true>(shape, windows, theta, lane, sums);
    }
    if (!shape.free_width && !read_noise) {
      evaluate_lanes<false, false>(shape, windows, theta, lane, sums);
    }
  }
}

}  // namespace

extern const GaussianEvaluate kEvaluateGaussian = evaluate;

}  // namespace parfocal::smlm::PARFOCAL_SIMD_LEVEL
