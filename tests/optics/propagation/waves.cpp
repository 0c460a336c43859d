// SPDX-License-Identifier: Apache-2.0
#include "tests/optics/propagation/waves.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <numbers>

#include "optics/plane.h"

namespace parfocal::optics {

Gap gap_over(const Beam& beam, double z_m) {
  return Gap::of(beam, at::scalar_tensor(z_m, at::kDouble));
}

at::Tensor gaussian_beam(const Grid& grid, double wavelength_m, double w0_m, double z_m) {
  const double rayleigh = std::numbers::pi * w0_m * w0_m / wavelength_m, t = z_m / rayleigh;
  const double w = w0_m * std::sqrt(1 + t * t);
  const double curvature = z_m / (z_m * z_m + rayleigh * rayleigh);
  const at::Tensor r2 = radius_squared_m2(grid);
  return at::polar((r2 / (-w * w)).exp() * (w0_m / w),
                   r2 * (std::numbers::pi / wavelength_m * curvature) - std::atan(t));
}

at::Tensor disc(const Grid& grid, double radius_m) {
  constexpr int kFine = 32;
  at::Tensor share = at::zeros({grid.n_y, grid.n_x}, at::kDouble);
  for (int i = 0; i < kFine; ++i) {
    for (int j = 0; j < kFine; ++j) {
      const double y = ((i + 0.5) / kFine - 0.5) * grid.pitch_y_m;
      const double x = ((j + 0.5) / kFine - 0.5) * grid.pitch_x_m;
      share += (radius_squared_m2(grid, -y, -x) <= radius_m * radius_m).to(at::kDouble);
    }
  }
  return (share / double(kFine * kFine)).to(at::kComplexDouble);
}

at::Tensor amplitude(const at::Tensor& field, const Grid& before, const Grid& behind) {
  return field *
         std::sqrt(before.pitch_y_m * before.pitch_x_m / (behind.pitch_y_m * behind.pitch_x_m));
}

}  // namespace parfocal::optics
