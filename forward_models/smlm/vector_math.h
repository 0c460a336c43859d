// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set: PARFOCAL_SIMD_LEVEL names the namespace, PARFOCAL_SIMD_WIDTH
// the doubles in one vector.
#pragma once

#include <cstdint>
#include <numbers>

#ifndef PARFOCAL_SIMD_WIDTH
#define PARFOCAL_SIMD_WIDTH 2
#endif

namespace parfocal::smlm::PARFOCAL_SIMD_LEVEL {
namespace {

constexpr int kWidth = PARFOCAL_SIMD_WIDTH;
typedef double Vector __attribute__((vector_size(kWidth * sizeof(double))));
typedef std::uint64_t Bits __attribute__((vector_size(kWidth * sizeof(double))));

inline Vector filled(double value) { return Vector{} + value; }

inline Vector loaded(const double* from) {
  Vector v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

inline void store(double* to, Vector v) { __builtin_memcpy(to, &v, sizeof v); }

/// Adding it leaves a number below 2^51, rounded, in the low bits.
constexpr double kRound = 0x1.8p52;
constexpr std::uint64_t kRoundBits = 0x4338000000000000;

/// exp(x) for -700 <= x <= 0 to 2 ulp: 2^n times the Taylor sum of the rest.
inline Vector exponential(Vector x) {
  x = x < -700.0 ? filled(-700.0) : x;
  const Vector shifted = x * std::numbers::log2e + kRound;
  const Vector n = shifted - kRound;
  const Vector r = (x - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
  constexpr double kInverseFactorials[] = {1.0 / 479001600,
                                           1.0 / 39916800,
                                           1.0 / 3628800,
                                           1.0 / 362880,
                                           1.0 / 40320,
                                           1.0 / 5040,
                                           1.0 / 720,
                                           1.0 / 120,
                                           1.0 / 24,
                                           1.0 / 6,
                                           0.5,
                                           1.0,
                                           1.0};
  Vector p = filled(kInverseFactorials[0]);
  for (int k = 1; k < 13; ++k) p = p * r + kInverseFactorials[k];
  const Bits exponent = (Bits)shifted << 52;
  return (Vector)((Bits)p + exponent);
}

/// log(x) for positive normal numbers: k log 2 + 2 atanh((m - 1) / (m + 1)), m near 1.
inline Vector logarithm(Vector x) {
  constexpr std::uint64_t kSqrtHalf = 0x3fe6a09e00000000;
  const Bits bits = (Bits)x;
  const Bits k = (bits - kSqrtHalf + (std::uint64_t{1024} << 52)) >> 52;  // Plus 1024.
  const Vector m = (Vector)(bits - ((k - 1024) << 52));
  const Vector exponent = (Vector)(k + kRoundBits) - (kRound + 1024.0);
  const Vector f = (m - 1.0) / (m + 1.0);
  const Vector z = f * f;
  Vector p = filled(1.0 / 21);
  for (int odd = 19; odd >= 1; odd -= 2) p = p * z + 1.0 / odd;
  return exponent * std::numbers::ln2 + 2.0 * f * p;
}

}  // namespace
}  // namespace parfocal::smlm::PARFOCAL_SIMD_LEVEL
