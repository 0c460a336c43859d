// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/spherical_wave.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/polar.h>
#include <fmt/format.h>

#include <numbers>

#include "core/error.h"
#include "optics/phase_sampling.h"
#include "optics/plane.h"

namespace parfocal::optics {

at::Tensor spherical_wave(const std::string& path, const at::Tensor& position_m,
                          const at::Tensor& distance_m, const Beam& beam) {
  const double d = distance_m.item<double>();
  if (!(d > 0.0)) {
    throw UsageError(fmt::format(
        "{}: its point is {:.6g} um before the plane, expected above 0: a source lies before the "
        "plane that it lights",
        path, d * 1e6));
  }
  const at::Tensor y = y_coordinates_m(beam.grid).unsqueeze(1);
  const at::Tensor x = x_coordinates_m(beam.grid);
  const at::Tensor axis_squared = position_m.square().sum() + distance_m.square();
  const at::Tensor excess = y * (y - position_m[0] * 2.0) + x * (x - position_m[1] * 2.0);
  const at::Tensor axis_range = axis_squared.sqrt();
  const at::Tensor range = (excess + axis_squared).sqrt();
  const at::Tensor phase = excess / (range + axis_range) *
                           (2.0 * std::numbers::pi * beam.index_medium / beam.wavelength());
  const at::Tensor amplitude = (axis_range / range).pow(1.5);
  check_phase_sampling(path, phase, amplitude.square(), beam.grid);
  return at::polar(amplitude, phase);
}

}  // namespace parfocal::optics
