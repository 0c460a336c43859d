// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "core/tensor/host_device.h"

namespace parfocal::random_kernel {

struct Words {
  std::uint32_t word[4];
};

/// Philox4x32-10 of J. K. Salmon et al., SC11 (2011).
PARFOCAL_HD inline Words philox(Words counter, std::uint32_t key_0, std::uint32_t key_1) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product_0 = std::uint64_t{0xD2511F53u} * counter.word[0];
    const std::uint64_t product_1 = std::uint64_t{0xCD9E8D57u} * counter.word[2];
    counter = {{static_cast<std::uint32_t>(product_1 >> 32) ^ counter.word[1] ^ key_0,
                static_cast<std::uint32_t>(product_1),
                static_cast<std::uint32_t>(product_0 >> 32) ^ counter.word[3] ^ key_1,
                static_cast<std::uint32_t>(product_0)}};
    key_0 += 0x9E3779B9u;
    key_1 += 0xBB67AE85u;
  }
  return counter;
}

/// In (0, 1), never an end.
PARFOCAL_HD inline double uniform_32(std::uint32_t word) {
  return (static_cast<double>(word) + 0.5) * 0x1p-32;
}

/// In (0, 1) with 52 random bits.
PARFOCAL_HD inline double uniform_52(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = (std::uint64_t{high} << 20) | (low >> 12);
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

/// The random words of element i of a tensor: draw `first_draw + i`.
struct Draws {
  std::uint32_t key_0, key_1;
  std::uint32_t first_draw, sample, epoch, purpose;

  PARFOCAL_HD Words of_element(std::int64_t i) const {
    return philox({{first_draw + static_cast<std::uint32_t>(i), sample, epoch, purpose}}, key_0,
                  key_1);
  }
};

template <class T>
struct FillUniform {
  Draws draws;
  T* values;

  PARFOCAL_HD void operator()(std::int64_t i) const {
    const T value = static_cast<T>(uniform_32(draws.of_element(i).word[0]));
    // Rounded to float, the last 128 words would become 1.
    values[i] = value < T(1) ? value : T(1) - T(0x1p-24);
  }
};

template <class T>
struct FillNormal {
  Draws draws;
  T* values;

  PARFOCAL_HD void operator()(std::int64_t i) const {
    const Words words = draws.of_element(i);
    const double radius = std::sqrt(-2.0 * std::log(uniform_32(words.word[0])));
    const double angle = 6.283185307179586476925 * uniform_32(words.word[1]);
    values[i] = static_cast<T>(radius * std::cos(angle));
  }
};

/// As many pairs of uniforms as one element needs: its own Philox stream, keyed by its draw.
class ElementStream {
 public:
  PARFOCAL_HD explicit ElementStream(Words seed) : seed_(seed) {}

  PARFOCAL_HD void next(double& u, double& v) {
    const Words words =
        philox({{n_drawn_++, 0u, seed_.word[2], seed_.word[3]}}, seed_.word[0], seed_.word[1]);
    u = uniform_52(words.word[0], words.word[1]);
    v = uniform_52(words.word[2], words.word[3]);
  }

 private:
  Words seed_;
  std::uint32_t n_drawn_ = 0;
};

/// log of mean^k exp(-mean) / k!, without the cancellation of its three large terms.
PARFOCAL_HD inline double log_poisson(double k, double mean) {
  if (k < 10.0) {
    double log_factorial = 0.0;
    for (double j = 2.0; j <= k; j += 1.0) log_factorial += std::log(j);
    return k * std::log(mean) - mean - log_factorial;
  }
  const double excess = (mean - k) / k;
  const double stirling = (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / (1260.0 * k * k)) / (k * k)) / k;
  return k * (std::log1p(excess) - excess) - 0.5 * std::log(6.283185307179586476925 * k) - stirling;
}

/// Inversion by sequential search, mean < 10.
PARFOCAL_HD inline double poisson_by_inversion(double mean, ElementStream& stream) {
  double u, unused;
  stream.next(u, unused);
  double probability = std::exp(-mean), cumulative = probability, k = 0.0;
  // Rounding may keep the sum below the largest u: the search ends where no term is left.
  while (u > cumulative && (k < mean || probability > 0x1p-60)) {
    k += 1.0;
    probability *= mean / k;
    cumulative += probability;
  }
  return k;
}

/// Transformed rejection with squeeze (PTRS), W. Hoermann, Insurance: Mathematics and Economics 12,
/// 39 (1993); mean >= 10.
PARFOCAL_HD inline double poisson_by_rejection(double mean, ElementStream& stream) {
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double log_inverse_alpha = std::log(1.1239 + 1.1328 / (b - 3.4));
  const double v_squeeze = 0.9277 - 3.6224 / (b - 2.0);
  for (;;) {
    double u, v;
    stream.next(u, v);
    u -= 0.5;
    const double edge = 0.5 - std::fabs(u);
    const double k = std::floor((2.0 * a / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= v_squeeze) return k;
    if (k < 0.0 || (edge < 0.013 && v > edge)) continue;
    const double log_ratio = std::log(v) + log_inverse_alpha - std::log(a / (edge * edge) + b);
    if (log_ratio <= log_poisson(k, mean)) return k;
  }
}

template <class T>
struct FillPoisson {
  Draws draws;
  const T* mean;
  T* counts;

  PARFOCAL_HD void operator()(std::int64_t i) const {
    const double element_mean = static_cast<double>(mean[i]);
    ElementStream stream(draws.of_element(i));
    counts[i] = static_cast<T>(element_mean < 10.0 ? poisson_by_inversion(element_mean, stream)
                                                   : poisson_by_rejection(element_mean, stream));
  }
};

/// G. Marsaglia and W. W. Tsang, ACM Trans. Math. Softw. 26, 363 (2000); shape >= 1.
PARFOCAL_HD inline double gamma_from_one(double shape, ElementStream& stream) {
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    double u, v, accept, unused;
    stream.next(u, v);
    stream.next(accept, unused);
    const double x = std::sqrt(-2.0 * std::log(u)) * std::cos(6.283185307179586476925 * v);
    const double root = 1.0 + c * x;
    if (root <= 0.0) continue;
    const double cube = root * root * root;
    if (std::log(accept) < 0.5 * x * x + d * (1.0 - cube + std::log(cube))) return d * cube;
  }
}

/// Below shape 1 by the power of a uniform, same citation.
PARFOCAL_HD inline double gamma(double shape, ElementStream& stream) {
  if (shape <= 0.0) return 0.0;
  if (shape >= 1.0) return gamma_from_one(shape, stream);
  double u, unused;
  stream.next(u, unused);
  return gamma_from_one(shape + 1.0, stream) * std::pow(u, 1.0 / shape);
}

template <class T>
struct FillGamma {
  Draws draws;
  const T* shape;
  T* values;

  PARFOCAL_HD void operator()(std::int64_t i) const {
    ElementStream stream(draws.of_element(i));
    values[i] = static_cast<T>(gamma(static_cast<double>(shape[i]), stream));
  }
};

}  // namespace parfocal::random_kernel
