// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "core/operators/likelihood.h"
#include "core/operators/operator.h"

namespace parfocal::solvers {

/// The linear estimate of least mean square error for images of K conditions when it is not known
/// which one holds, and its error.
///
///   W = S conj(m1) / (S m2 + s^2),   m1 = mean_k H_k,  m2 = mean_k |H_k|^2
///   error_k = mean_f [ S |1 - W H_k|^2 + |W|^2 s^2 ]
///   error = mean_k error_k = mean_f [ S - S^2 |m1|^2 / (S m2 + s^2) ]
///
/// N. Wiener, Extrapolation, Interpolation, and Smoothing of Stationary Time Series (1949), ch. 3;
/// exact for stationary objects of spectrum S and white noise of variance s^2, on a periodic grid.
/// Convention: H for PSFs whose centre is sample 0; K = 1 is the ordinary filter.
/// Layout:     transfer [K, n_y, n_x / 2 + 1] complex; power S [n_y, n_x / 2 + 1] real.
/// Units:      S and s^2 in object values squared (S per pixel).
/// Precision:  that of `transfer`; sums over frequency in float64.
/// Invariants: differentiable in the transfer functions and the noise.
/// Tested by:  tests/solvers/wiener_filter_test.cpp (dense least squares, published scores).
struct WienerFilter {
  at::Tensor filter;            ///< W [n_y, n_x / 2 + 1], complex.
  at::Tensor condition_errors;  ///< error_k [K], float64.
  at::Tensor error;             ///< Scalar, float64.
};
[[nodiscard]] WienerFilter wiener_filter(const at::Tensor& transfer, const at::Tensor& power,
                                         const at::Tensor& noise_variance, std::int64_t n_x);

/// Transfer functions [K, n_y, n_x / 2 + 1] of a model that maps one object to K images on the grid
/// of the sensor. UsageError naming `user` for any other model.
[[nodiscard]] at::Tensor sensor_transfer(const Operator& model, const std::string& user);

/// s^2: mean over the pixels of 1 / Fisher weight where the expected image is that of a uniform
/// object of value `mean`, over photons^2. `like` gives size, dtype and device of the image.
[[nodiscard]] at::Tensor noise_variance(const Likelihood& detector, const at::Tensor& like,
                                        double mean, double photons);

}  // namespace parfocal::solvers
