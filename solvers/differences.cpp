// SPDX-License-Identifier: Apache-2.0
#include "solvers/differences.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/roll.h>

#include <cmath>
#include <numbers>

namespace parfocal {
namespace {

at::Tensor open_difference(const at::Tensor& v, std::int64_t axis) {
  const std::int64_t n = v.size(axis) - 1;
  const at::Tensor inner = v.narrow(axis, 0, n) - v.narrow(axis, 1, n);
  return axis == -1 ? at::constant_pad_nd(inner, {0, 1}) : at::constant_pad_nd(inner, {0, 0, 0, 1});
}

at::Tensor open_adjoint(const at::Tensor& u, std::int64_t axis) {
  const at::Tensor inner = u.narrow(axis, 0, u.size(axis) - 1);
  if (axis == -1) return at::constant_pad_nd(inner, {0, 1}) - at::constant_pad_nd(inner, {1, 0});
  return at::constant_pad_nd(inner, {0, 0, 0, 1}) - at::constant_pad_nd(inner, {0, 0, 1, 0});
}

at::Tensor axis_spectrum(std::int64_t n, std::int64_t count) {
  at::Tensor result = at::empty({count}, at::kDouble);
  double* values = result.mutable_data_ptr<double>();
  for (std::int64_t k = 0; k < count; ++k) {
    const double angle = 2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
    values[k] = 2.0 - 2.0 * std::cos(angle);
  }
  return result;
}

}  // namespace

Differences differences(const at::Tensor& v, DifferenceBoundary boundary) {
  if (boundary == DifferenceBoundary::kOpen)
    return {open_difference(v, -2), open_difference(v, -1)};
  return {at::roll(v, 1, -2) - v, at::roll(v, 1, -1) - v};
}

at::Tensor differences_adjoint(const Differences& d, DifferenceBoundary boundary) {
  if (boundary == DifferenceBoundary::kOpen) return open_adjoint(d.y, -2) + open_adjoint(d.x, -1);
  return at::roll(d.y, -1, -2) - d.y + (at::roll(d.x, -1, -1) - d.x);
}

LaplacianSpectrum laplacian_spectrum(std::int64_t p_y, std::int64_t p_x) {
  return {axis_spectrum(p_y, p_y).unsqueeze(1), axis_spectrum(p_x, p_x / 2 + 1)};
}

}  // namespace parfocal
