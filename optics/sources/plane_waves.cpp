// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/plane_waves.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <fmt/format.h>

#include <numbers>

#include "core/error.h"
#include "optics/plane.h"

namespace parfocal::optics {
namespace {

void check_sampled(const std::string& key, const char* axis, double sine, double pitch_m,
                   std::int64_t samples, const Beam& beam) {
  const double limit = 0.5 * beam.wavelength_m / (beam.index_medium * pitch_m);
  if (samples == 1 || sine <= limit) return;
  throw SamplingError(fmt::format(
      "{}: sin = {:.6g} along {} exceeds {:.6g}, the Nyquist limit of the pitch {:.6g} um; "
      "take a finer pitch",
      key, sine, axis, limit, pitch_m * 1e6));
}

/// [modes, n] exp(i 2 pi s_a a) along one axis.
at::Tensor along(const at::Tensor& frequency, const at::Tensor& coordinate_m) {
  const at::Tensor phase = frequency.unsqueeze(1) * coordinate_m * (2.0 * std::numbers::pi);
  return at::polar(at::ones_like(phase), phase);
}

}  // namespace

void check_sine(const std::string& key, double sine) {
  if (sine < 1.0) return;
  throw UsageError(
      fmt::format("{}: sin = {:.6g} of the angle from the axis, expected below 1", key, sine));
}

void check_directions(const std::string& key, const at::Tensor& sines, const Beam& beam) {
  const at::Tensor fixed = sines.detach();
  check_sine(key, fixed.square().sum(1).max().sqrt().item<double>());
  const at::Tensor largest = fixed.abs().amax(0);
  const Grid& grid = beam.grid;
  check_sampled(key, "y", largest[0].item<double>(), grid.pitch_y_m, grid.n_y, beam);
  check_sampled(key, "x", largest[1].item<double>(), grid.pitch_x_m, grid.n_x, beam);
}

at::Tensor plane_waves(const std::string& key, const at::Tensor& sines, const Beam& beam) {
  check_directions(key, sines, beam);
  const at::Tensor frequency = sines * beam.index_medium / beam.wavelength();
  const at::Tensor rows = along(frequency.select(1, 0), y_coordinates_m(beam.grid));
  const at::Tensor columns = along(frequency.select(1, 1), x_coordinates_m(beam.grid));
  return rows.unsqueeze(2) * columns.unsqueeze(1);
}

}  // namespace parfocal::optics
