// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The rounds of the Whittaker baselines, compiled once per instruction set: a source file defines
/// PARFOCAL_SIMD_LEVEL (a namespace) and PARFOCAL_SIMD_WIDTH (doubles in a register) and includes
/// this header. The recurrence over the channels is
/// serial, so the lanes of a vector are spectra. Free of LibTorch and of standard templates.

#include "solvers/spectral/whittaker_kernels.h"

#ifndef PARFOCAL_SIMD_WIDTH
#define PARFOCAL_SIMD_WIDTH 2
#endif

namespace parfocal::solvers::PARFOCAL_SIMD_LEVEL {
namespace {

constexpr int kWidth = PARFOCAL_SIMD_WIDTH, kVectors = kWhittakerLanes / kWidth;
constexpr int kGroup = 2;  // Vectors whose recurrences run interleaved, to hide the latency.
using Vector = double __attribute__((vector_size(kWidth * sizeof(double)), aligned(8)));
using Integers = std::int64_t __attribute__((vector_size(kWidth * sizeof(double)), aligned(8)));

inline const Vector* vectors(const double* lanes) { return reinterpret_cast<const Vector*>(lanes); }
inline Vector* vectors(double* lanes) { return reinterpret_cast<Vector*>(lanes); }

inline Vector select(Integers condition, Vector yes, Vector no) { return condition ? yes : no; }

/// exp(x) to 2e-16 of its value: x = k ln 2 + r, |r| <= ln 2 / 2, series of r. Beyond +-700 the
/// value at the limit.
inline Vector exponential(Vector x) {
  const Vector high = Vector{} + 700.0;
  x = select(x > high, high, select(x < -high, -high, x));
  const Vector shift = Vector{} + 6755399441055744.0;  // 1.5 x 2^52: rounds to an integer.
  const Vector rounded = x * 1.4426950408889634 + shift;
  const Vector k = rounded - shift;
  const Vector r = (x - k * 0.693145751953125) - k * 1.42860682030941723212e-6;
  constexpr double kInverse[] = {1.0 / 6227020800.0,
                                 1.0 / 479001600.0,
                                 1.0 / 39916800.0,
                                 1.0 / 3628800.0,
                                 1.0 / 362880.0,
                                 1.0 / 40320.0,
                                 1.0 / 5040.0,
                                 1.0 / 720.0,
                                 1.0 / 120.0,
                                 1.0 / 24.0,
                                 1.0 / 6.0,
                                 0.5,
                                 1.0,
                                 1.0};
  Vector sum = Vector{} + kInverse[0];
  for (int i = 1; i < 14; ++i) sum = sum * r + kInverse[i];
  Integers bits;
  __builtin_memcpy(&bits, &rounded, sizeof(bits));
  bits = (bits + 1023) << 52;  // The low bits of `rounded` hold k.
  Vector power;
  __builtin_memcpy(&power, &bits, sizeof(power));
  return sum * power;
}

/// (diag(w) + lambda P) z = w y by L D L^T, both sweeps, of kGroup vectors from `first` on.
void solve(const WhittakerLanes& p, int first) {
  const Vector* y = vectors(p.measured) + first;
  const Vector* w = vectors(p.weight) + first;
  Vector* z = vectors(p.smooth) + first;
  Vector* l1 = vectors(p.factor_1) + first;
  Vector* l2 = vectors(p.factor_2) + first;
  // D l1 and D l2 of the row before, D l2 of the row before that.
  Vector d_l1[kGroup] = {}, d_l2[kGroup] = {}, d_l2_older[kGroup] = {};
  Vector l1_1[kGroup] = {}, l2_1[kGroup] = {}, l2_2[kGroup] = {};
  Vector z_1[kGroup] = {}, z_2[kGroup] = {};
  for (std::int64_t i = 0; i < p.n; ++i) {
    for (int v = 0; v < kGroup; ++v) {
      const std::int64_t at = i * kVectors + v;
      const Vector d = (w[at] + p.diagonal[i]) - l1_1[v] * d_l1[v] - l2_2[v] * d_l2_older[v];
      const Vector forward = w[at] * y[at] - l1_1[v] * z_1[v] - l2_2[v] * z_2[v];
      const Vector inverse = 1.0 / d;
      const Vector a1 = p.above_1[i] - d_l1[v] * l2_1[v];
      const Vector a2 = Vector{} + p.above_2[i];
      l2_2[v] = l2_1[v];
      d_l2_older[v] = d_l2[v];
      d_l1[v] = a1;
      d_l2[v] = a2;
      l1_1[v] = a1 * inverse;
      l2_1[v] = a2 * inverse;
      l1[at] = l1_1[v];
      l2[at] = l2_1[v];
      z_2[v] = z_1[v];
      z_1[v] = forward;
      z[at] = forward * inverse;
    }
  }
  Vector below_1[kGroup] = {}, below_2[kGroup] = {};
  for (std::int64_t i = p.n - 1; i >= 0; --i) {
    for (int v = 0; v < kGroup; ++v) {
      const std::int64_t at = i * kVectors + v;
      const Vector found = z[at] - l1[at] * below_1[v] - l2[at] * below_2[v];
      below_2[v] = below_1[v];
      below_1[v] = found;
      z[at] = found;
    }
  }
}

/// Count, mean and deviation (divisor count - 1) of the negative residuals, and their sum.
struct Negative {
  Vector count, mean, deviation, loss;
};

Negative negative_part(const WhittakerLanes& p, int v) {
  const Vector zero = {};
  Vector count = {}, sum = {}, squares = {};
  for (std::int64_t i = 0; i < p.n; ++i) {
    const std::int64_t at = i * kVectors + v;
    const Vector r = (vectors(p.measured)[at] - vectors(p.smooth)[at]) * vectors(p.counting)[at];
    const Vector low = select(r < zero, r, zero);
    count += select(r < zero, zero + 1.0, zero);
    sum += low;
    squares += low * low;
  }
  const Vector some = select(count > zero, count, zero + 1.0);
  const Vector mean = sum / some;
  const Vector spread = squares - sum * mean;
  const Vector variance =
      select(spread > zero, spread, zero) / select(count > zero + 1.0, count - 1.0, zero + 1.0);
  Vector deviation;
  for (int lane = 0; lane < kWidth; ++lane) deviation[lane] = __builtin_sqrt(variance[lane]);
  return {count, mean, deviation, -sum};
}

struct Weigher {
  Negative negative;
  Vector asymmetry, scale, growth;

  template <WhittakerRule kRule>
  [[nodiscard]] Vector weight(Vector r) const {
    const Vector zero = {};
    if constexpr (kRule == WhittakerRule::kAsls) {
      return select(r > zero, asymmetry, 1.0 - asymmetry);
    } else if constexpr (kRule == WhittakerRule::kArpls) {
      const Vector& s = negative.deviation;
      return 1.0 / (1.0 + exponential(2.0 * (r - (2.0 * s - negative.mean)) / s));
    } else if constexpr (kRule == WhittakerRule::kIarpls) {
      const Vector& s = negative.deviation;
      const Vector q = growth * (r - 2.0 * s) / s;
      Vector root = 1.0 + q * q;
      for (int lane = 0; lane < kWidth; ++lane) root[lane] = __builtin_sqrt(root[lane]);
      return 0.5 * (1.0 - q / root);
    } else if constexpr (kRule == WhittakerRule::kAirpls) {
      return select(r < zero, exponential(growth * -r / negative.loss), zero);
    } else {
      return select(r > zero, asymmetry * exponential(-r / scale), 1.0 - asymmetry);
    }
  }
};

template <WhittakerRule kRule>
void reweigh(const WhittakerLanes& p, WhittakerRound& round) {
  for (int v = 0; v < kVectors; ++v) {
    const Negative negative = negative_part(p, v);
    const Vector t = vectors(round.round)[v];
    Weigher weigher{negative, Vector{} + round.asymmetry, vectors(round.scale)[v], t};
    if constexpr (kRule == WhittakerRule::kIarpls) {
      weigher.growth = exponential(select(t > 100.0, Vector{} + 100.0, t));
    } else if constexpr (kRule == WhittakerRule::kAirpls) {
      weigher.growth = select(t > 50.0, Vector{} + 50.0, t);
    }
    Vector change = {}, norm = {};
    for (std::int64_t i = 0; i < p.n; ++i) {
      const std::int64_t at = i * kVectors + v;
      const Vector counting = vectors(p.counting)[at];
      const Vector r = vectors(p.measured)[at] - vectors(p.smooth)[at];
      const Vector before = vectors(p.weight)[at];
      const Vector after = weigher.weight<kRule>(r) * counting;
      change += (after - before) * (after - before);
      norm += before * before;
      vectors(p.weight)[at] = after;
    }
    vectors(round.negative)[v] = negative.count;
    vectors(round.loss)[v] = negative.loss;
    vectors(round.change)[v] = change;
    vectors(round.norm)[v] = norm;
  }
}

void run_round(WhittakerRule rule, const WhittakerLanes& lanes, WhittakerRound& round) {
  for (int first = 0; first < kVectors; first += kGroup) solve(lanes, first);
  switch (rule) {
    case WhittakerRule::kWhittaker:
      return;
    case WhittakerRule::kAsls:
      return reweigh<WhittakerRule::kAsls>(lanes, round);
    case WhittakerRule::kArpls:
      return reweigh<WhittakerRule::kArpls>(lanes, round);
    case WhittakerRule::kIarpls:
      return reweigh<WhittakerRule::kIarpls>(lanes, round);
    case WhittakerRule::kAirpls:
      return reweigh<WhittakerRule::kAirpls>(lanes, round);
    case WhittakerRule::kPsalsa:
      return reweigh<WhittakerRule::kPsalsa>(lanes, round);
  }
}

}  // namespace

const WhittakerKernels kWhittaker{run_round};

}  // namespace parfocal::solvers::PARFOCAL_SIMD_LEVEL
