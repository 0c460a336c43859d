// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fused passes of ADMM, compiled once per instruction set: a source file defines
/// PARFOCAL_SIMD_LEVEL (a namespace) and includes this header. Free of LibTorch and of standard
/// templates, whose shared copies would carry the instructions of one level to the whole program.

#include "solvers/proximal/admm_kernels.h"

namespace parfocal::solvers::PARFOCAL_SIMD_LEVEL {
namespace {

template <class T>
inline T clip(T y, T limit) {
  const T low = y < -limit ? -limit : y;
  return low > limit ? limit : low;
}

inline float root(float x) { return __builtin_sqrtf(x); }
inline double root(double x) { return __builtin_sqrt(x); }
inline float modulus(float x) { return __builtin_fabsf(x); }
inline double modulus(double x) { return __builtin_fabs(x); }

template <class T>
struct Pair {
  T y, x;
};

/// Projection of (y, x) on the square or the disc of radius tau.
template <class T, bool kIsotropic>
inline Pair<T> project(T y, T x, T tau) {
  if constexpr (!kIsotropic) return {clip(y, tau), clip(x, tau)};
  const T square = y * y + x * x;
  const T scale = square > tau * tau ? tau / root(square) : T(1);
  return {y * scale, x * scale};
}

/// One pixel of the u split: the new e and whether u is not 0.
template <class T, bool kIsotropic>
inline std::int64_t split_u(T dv_y, T dv_x, T& e_y, T& e_x, T mu2, T tau) {
  const T a_y = mu2 * dv_y, a_x = mu2 * dv_x;
  const T y = a_y + (e_y + a_y), x = a_x + (e_x + a_x);
  const Pair<T> c = project<T, kIsotropic>(y, x, tau);
  e_y = c.y - a_y;
  e_x = c.x - a_x;
  if constexpr (kIsotropic) return y * y + x * x > tau * tau;
  return (modulus(y) > tau) + (modulus(x) > tau);
}

template <class T, bool kIsotropic>
std::int64_t split_u_row(const AdmmPlane<T>& p, std::int64_t i) {
  const T* __restrict v = p.object + i * p.stride;
  const T* __restrict above = p.object + (i == 0 ? p.p_y - 1 : i - 1) * p.stride;
  T* __restrict e_y = p.e_y + i * p.p_x;
  T* __restrict e_x = p.e_x + i * p.p_x;
  const std::int64_t n = p.p_x;
  const T mu2 = p.mu2, tau = p.tau;
  std::int64_t active =
      split_u<T, kIsotropic>(above[0] - v[0], v[n - 1] - v[0], e_y[0], e_x[0], mu2, tau);
  std::int32_t inner = 0;
#pragma omp simd reduction(+ : inner)
  for (std::int64_t j = 1; j < n; ++j) {
    inner += static_cast<std::int32_t>(
        split_u<T, kIsotropic>(above[j] - v[j], v[j - 1] - v[j], e_y[j], e_x[j], mu2, tau));
  }
  return active + inner;
}

template <class T>
void split_w_row(const AdmmPlane<T>& p, std::int64_t i) {
  const T* __restrict v = p.object + i * p.stride;
  T* __restrict r = p.r + i * p.p_x;
  T* __restrict f = p.work + i * p.stride;
  const T mu3 = p.mu3;
  if (p.v_before_w) {
#pragma omp simd
    for (std::int64_t j = 0; j < p.p_x; ++j) {
      const T z = r[j] + mu3 * v[j];
      r[j] = z < 0 ? z : 0;
      f[j] = modulus(z);
    }
  } else {
#pragma omp simd
    for (std::int64_t j = 0; j < p.p_x; ++j) {
      const T b = mu3 * v[j];
      const T z = (r[j] + b) + b;
      const T next = (z < 0 ? z : 0) - b;
      r[j] = next;
      f[j] = -next;
    }
  }
}

template <class T>
std::int64_t split_row(const AdmmPlane<T>& p, std::int64_t i) {
  if (p.split_w) {
    split_w_row(p, i);
  } else {
    T* f = p.work + i * p.stride;
    for (std::int64_t j = 0; j < p.p_x; ++j) f[j] = 0;
  }
  if (!p.split_u) return 0;
  return p.isotropic ? split_u_row<T, true>(p, i) : split_u_row<T, false>(p, i);
}

template <class T>
void divergence_row(const AdmmPlane<T>& p, std::int64_t i) {
  if (!p.split_u) return;
  const T* __restrict e_y = p.e_y + i * p.p_x;
  const T* __restrict below = p.e_y + (i + 1 == p.p_y ? 0 : i + 1) * p.p_x;
  const T* __restrict e_x = p.e_x + i * p.p_x;
  T* __restrict f = p.work + i * p.stride;
  const std::int64_t n = p.p_x;
#pragma omp simd
  for (std::int64_t j = 0; j < n - 1; ++j) f[j] -= below[j] - e_y[j] + (e_x[j + 1] - e_x[j]);
  f[n - 1] -= below[n - 1] - e_y[n - 1] + (e_x[0] - e_x[n - 1]);
}

template <class T>
void sensor_row(const AdmmPlane<T>& p, std::int64_t i) {
  T* __restrict g = p.object + (p.first_y + i) * p.stride;
  T* __restrict xi = p.xi + i * p.n_x;
  const T* __restrict q = p.q + i * p.n_x;
  const T* __restrict target = p.target + i * p.n_x;
  const T* __restrict weight = p.weight + i * p.n_x;
  const T mu1 = p.mu1;
  for (std::int64_t j = 0; j < p.first_x; ++j) g[j] = 0;
  for (std::int64_t j = p.first_x + p.n_x; j < p.stride; ++j) g[j] = 0;
  T* __restrict window = g + p.first_x;
#pragma omp simd
  for (std::int64_t j = 0; j < p.n_x; ++j) {
    const T dual = xi[j], image = mu1 * q[j];
    const T x = mu1 * ((dual + image + weight[j] * target[j]) / (weight[j] + mu1));
    window[j] = x - dual - image;
    xi[j] = dual - x;
  }
}

template <class T>
SpectrumSums spectrum_row(const AdmmPlane<T>& p, std::int64_t k) {
  const std::int64_t half = p.p_x / 2 + 1;
  T* __restrict g = p.object + k * p.stride;
  T* __restrict f = p.work + k * p.stride;
  T* __restrict v = p.spectrum + k * 2 * half;
  const T* __restrict h = p.transfer + k * 2 * half;
  const T* __restrict laplacian = p.laplacian_x;
  const T mu1 = p.mu1, mu2 = p.split_u ? p.mu2 : 0, mu3 = p.split_w ? p.mu3 : 0;
  const T laplacian_y = p.laplacian_y[k];
  T change = 0, norm = 0, blurred = 0, rough = 0;
  const auto bin = [&](std::int64_t l, T & c, T & n, T & b, T & s) __attribute__((always_inline)) {
    const T h_re = h[2 * l], h_im = h[2 * l + 1];
    const T g_re = g[2 * l], g_im = g[2 * l + 1];
    const T old_re = v[2 * l], old_im = v[2 * l + 1];
    const T power = h_re * h_re + h_im * h_im;
    const T lap = laplacian_y + laplacian[l];
    const T inverse = T(1) / (mu1 * power + mu2 * lap + mu3);
    const T re = (f[2 * l] + mu1 * power * old_re + (h_re * g_re + h_im * g_im)) * inverse;
    const T im = (f[2 * l + 1] + mu1 * power * old_im + (h_re * g_im - h_im * g_re)) * inverse;
    v[2 * l] = g[2 * l] = re;
    v[2 * l + 1] = g[2 * l + 1] = im;
    f[2 * l] = h_re * re - h_im * im;
    f[2 * l + 1] = h_re * im + h_im * re;
    const T d_re = re - old_re, d_im = im - old_im;
    const T moved = d_re * d_re + d_im * d_im;
    c += moved;
    n += re * re + im * im;
    b += power * moved;
    s += lap * moved;
  };
  // Every column stands for two of the full spectrum, except the first and an even width's last.
  const std::int64_t last = p.p_x % 2 == 0 ? half - 1 : half;
  T edge_change = 0, edge_norm = 0, edge_blurred = 0, edge_rough = 0;
  bin(0, edge_change, edge_norm, edge_blurred, edge_rough);
  if (last == half - 1 && half > 1) bin(half - 1, edge_change, edge_norm, edge_blurred, edge_rough);
#pragma omp simd reduction(+ : change, norm, blurred, rough)
  for (std::int64_t l = 1; l < last; ++l) bin(l, change, norm, blurred, rough);
  SpectrumSums sums;
  sums.change = 2.0 * static_cast<double>(change) + static_cast<double>(edge_change);
  sums.norm = 2.0 * static_cast<double>(norm) + static_cast<double>(edge_norm);
  sums.blurred = 2.0 * static_cast<double>(blurred) + static_cast<double>(edge_blurred);
  sums.rough = 2.0 * static_cast<double>(rough) + static_cast<double>(edge_rough);
  return sums;
}

template <class T>
double image_row(const AdmmPlane<T>& p, std::int64_t i) {
  const T* __restrict image = p.work + (p.first_y + i) * p.stride + p.first_x;
  T* __restrict xi = p.xi + i * p.n_x;
  T* __restrict q = p.q + i * p.n_x;
  const T mu1 = p.mu1;
  T moved = 0;
#pragma omp simd reduction(+ : moved)
  for (std::int64_t j = 0; j < p.n_x; ++j) {
    const T d = image[j] - q[j];
    moved += d * d;
    xi[j] += mu1 * image[j];
    q[j] = image[j];
  }
  return static_cast<double>(moved);
}

/// (D v - u)^2 of one pixel with the next u.
template <class T, bool kIsotropic>
inline T residual_u(T dv_y, T dv_x, T e_y, T e_x, T mu2, T tau) {
  const T a_y = mu2 * dv_y, a_x = mu2 * dv_x;
  const T eta_y = e_y + a_y, eta_x = e_x + a_x;
  const Pair<T> c = project<T, kIsotropic>(a_y + eta_y, a_x + eta_x, tau);
  const T d_y = (c.y - eta_y) / mu2, d_x = (c.x - eta_x) / mu2;
  return d_y * d_y + d_x * d_x;
}

template <class T, bool kIsotropic>
double residual_u_row(const AdmmPlane<T>& p, std::int64_t i) {
  const T* __restrict v = p.object + i * p.stride;
  const T* __restrict above = p.object + (i == 0 ? p.p_y - 1 : i - 1) * p.stride;
  const T* __restrict e_y = p.e_y + i * p.p_x;
  const T* __restrict e_x = p.e_x + i * p.p_x;
  const std::int64_t n = p.p_x;
  const T mu2 = p.mu2, tau = p.tau;
  const T first =
      residual_u<T, kIsotropic>(above[0] - v[0], v[n - 1] - v[0], e_y[0], e_x[0], mu2, tau);
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t j = 1; j < n; ++j) {
    sum += residual_u<T, kIsotropic>(above[j] - v[j], v[j - 1] - v[j], e_y[j], e_x[j], mu2, tau);
  }
  return static_cast<double>(first) + static_cast<double>(sum);
}

/// Sum over one row of (v - w)^2 with the next w.
template <class T>
double residual_w_row(const AdmmPlane<T>& p, std::int64_t i) {
  const T* __restrict v = p.object + i * p.stride;
  const T* __restrict r = p.r + i * p.p_x;
  const T mu3 = p.mu3, ceiling = p.v_before_w ? T(0) : T(__builtin_inff());
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t j = 0; j < p.p_x; ++j) {
    const T b = mu3 * v[j];
    const T rho = r[j] + b < ceiling ? r[j] + b : ceiling;
    const T z = rho + b;
    const T d = (b - (z > 0 ? z : 0)) / mu3;
    sum += d * d;
  }
  return static_cast<double>(sum);
}

template <class T>
double residual_row(const AdmmPlane<T>& p, std::int64_t i) {
  double sum = p.split_w ? residual_w_row(p, i) : 0.0;
  if (p.split_u) {
    sum += p.isotropic ? residual_u_row<T, true>(p, i) : residual_u_row<T, false>(p, i);
  }
  return sum;
}

template <class T, bool kIsotropic>
inline T variation(T y, T x) {
  if constexpr (kIsotropic) return root(y * y + x * x);
  return modulus(y) + modulus(x);
}

template <class T, bool kIsotropic>
double variation_of_row(const AdmmPlane<T>& p, std::int64_t i) {
  const T* __restrict v = p.object + i * p.stride;
  const T* __restrict above = p.object + (i == 0 ? p.p_y - 1 : i - 1) * p.stride;
  const T first = variation<T, kIsotropic>(above[0] - v[0], v[p.p_x - 1] - v[0]);
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t j = 1; j < p.p_x; ++j) {
    sum += variation<T, kIsotropic>(above[j] - v[j], v[j - 1] - v[j]);
  }
  return static_cast<double>(first) + static_cast<double>(sum);
}

template <class T>
double variation_row(const AdmmPlane<T>& p, std::int64_t i) {
  return p.isotropic ? variation_of_row<T, true>(p, i) : variation_of_row<T, false>(p, i);
}

template <class T>
constexpr AdmmKernels<T> table() {
  return {split_row<T>, divergence_row<T>, sensor_row<T>,   spectrum_row<T>,
          image_row<T>, residual_row<T>,   variation_row<T>};
}

}  // namespace

const AdmmKernels<float> kAdmmFloat = table<float>();
const AdmmKernels<double> kAdmmDouble = table<double>();

}  // namespace parfocal::solvers::PARFOCAL_SIMD_LEVEL
