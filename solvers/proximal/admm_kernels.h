// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/tensor/simd_level.h"

namespace parfocal::solvers {

/// Numbers and memory of one plane (one channel of one frame) of the fused ADMM; see
/// `admm_fused.h` for the equations.
template <class T>
struct AdmmPlane {
  std::int64_t p_y, p_x, n_y, n_x;  ///< Padded and sensor sizes.
  std::int64_t first_y, first_x;    ///< Window of the sensor.
  std::int64_t stride;              ///< Row of `object` and `work`: 2 (p_x / 2 + 1).
  T mu1, mu2, mu3, tau;
  bool v_before_w, isotropic, split_u, split_w;

  T* object;          ///< v; G = DFT S^T g; Vh.
  T* work;            ///< f; F = DFT f; Hh Vh; q.
  T* spectrum;        ///< Vh, [p_y][p_x / 2 + 1][2].
  const T* transfer;  ///< Hh, same layout.
  T* e_y;             ///< [p_y][p_x]
  T* e_x;
  T* r;   ///< r, or rho where v comes before w.
  T* xi;  ///< [n_y][n_x]
  T* q;
  const T* target;
  const T* weight;
  const T* laplacian_y;  ///< [p_y]
  const T* laplacian_x;  ///< [p_x / 2 + 1]
};

/// Sums over one row of the spectrum, as if over the full plane.
struct SpectrumSums {
  double change = 0, norm = 0, blurred = 0, rough = 0;
};

/// The passes of one iteration, row by row; one table per instruction set.
template <class T>
struct AdmmKernels {
  /// New e and r of row `i`, and the part of f that comes from w; returns the active terms.
  std::int64_t (*split_row)(const AdmmPlane<T>&, std::int64_t i);
  /// f of row `i` less D^T e; needs e of row i + 1.
  void (*divergence_row)(const AdmmPlane<T>&, std::int64_t i);
  /// Row `i` of S^T g on the padded grid, and xi less mu1 x.
  void (*sensor_row)(const AdmmPlane<T>&, std::int64_t i);
  /// Row `k` of the v update in frequency.
  SpectrumSums (*spectrum_row)(const AdmmPlane<T>&, std::int64_t k);
  /// xi and q of sensor row `i` from the new image; returns sum (q' - q)^2.
  double (*image_row)(const AdmmPlane<T>&, std::int64_t i);
  /// Sum over row `i` of |D v - u|^2 + |v - w|^2 with the next u and w.
  double (*residual_row)(const AdmmPlane<T>&, std::int64_t i);
  /// Sum over row `i` of the terms of the total variation.
  double (*variation_row)(const AdmmPlane<T>&, std::int64_t i);
};

template <class T>
[[nodiscard]] const AdmmKernels<T>& admm_kernels(SimdLevel level);

namespace baseline {
extern const AdmmKernels<float> kAdmmFloat;
extern const AdmmKernels<double> kAdmmDouble;
}  // namespace baseline
namespace avx2 {
extern const AdmmKernels<float> kAdmmFloat;
extern const AdmmKernels<double> kAdmmDouble;
}  // namespace avx2
namespace avx512 {
extern const AdmmKernels<float> kAdmmFloat;
extern const AdmmKernels<double> kAdmmDouble;
}  // namespace avx512

}  // namespace parfocal::solvers
