// SPDX-License-Identifier: Apache-2.0
#include "optics/phase_sampling.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/field_power.h"
#include "optics/length_text.h"

namespace parfocal::optics {
namespace {

constexpr double kToleratedShare = 1e-3;

void check_axis(const std::string& path, const PhaseSteps& steps, double pitch_m) {
  if (!(steps.aliased > kToleratedShare)) return;
  throw SamplingError(fmt::format(
      "{}: phase aliases: it steps by up to {:.3g} rad per sample, limit pi, for {:.2g} % of the "
      "light at a sample pitch of {}; take samples of {} or finer",
      path, steps.largest, 100.0 * steps.aliased, length_text(pitch_m),
      length_text(pitch_m * std::numbers::pi / steps.largest)));
}

/// On the CPU, float64.
at::Tensor plain(const at::Tensor& values) {
  return values.detach().to(at::kCPU, at::kDouble).contiguous();
}

/// Whether some value is further than pi from the one `apart` behind it.
bool steps_too_far(const double* values, std::int64_t count, std::int64_t apart) {
  std::int64_t far = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    far += !(std::abs(values[i + apart] - values[i]) <= std::numbers::pi);
  }
  return far > 0;
}

bool steps_too_far(const at::Tensor& phase) {
  const at::Tensor angle = plain(phase);
  const double* values = angle.const_data_ptr<double>();
  const std::int64_t n_x = angle.size(1);
  if (steps_too_far(values, angle.numel() - n_x, n_x)) return true;
  for (std::int64_t y = 0; y < angle.size(0); ++y) {
    if (steps_too_far(values + y * n_x, n_x - 1, 1)) return true;
  }
  return false;
}

}  // namespace

PhaseSteps phase_steps(const at::Tensor& phase, const at::Tensor& power, std::int64_t axis) {
  const at::Tensor angle = plain(phase), light = plain(power);
  const double total = light.sum().item<double>();
  if (angle.size(axis) < 2 || !(total > 0.0)) return {};
  const double* values = angle.const_data_ptr<double>();
  const double* powers = light.const_data_ptr<double>();
  const std::int64_t apart = angle.stride(axis);
  const std::int64_t rows = angle.size(0) - (axis == 0 ? 1 : 0);
  const std::int64_t columns = angle.size(1) - (axis == 1 ? 1 : 0);
  PhaseSteps steps;
  for (std::int64_t y = 0; y < rows; ++y) {
    for (std::int64_t i = y * angle.size(1); i < y * angle.size(1) + columns; ++i) {
      const double step = std::abs(values[i + apart] - values[i]);
      // A pair counts where both samples are lit: the rim of a stop is no step.
      const double product = powers[i] * powers[i + apart];
      if (!(product > 0.0)) continue;
      steps.largest = std::max(steps.largest, step);
      if (step > std::numbers::pi) steps.aliased += std::sqrt(product);
    }
  }
  steps.aliased /= total;
  return steps;
}

void check_phase_sampling(const std::string& path, const at::Tensor& phase, const at::Tensor& power,
                          const Grid& grid) {
  check_axis(path, phase_steps(phase, power, 0), grid.pitch_y_m);
  check_axis(path, phase_steps(phase, power, 1), grid.pitch_x_m);
}

void check_phase_sampling_of(const at::Tensor& field, const at::Tensor& phase, const Grid& grid,
                             const std::string& path) {
  if (!steps_too_far(phase)) return;
  const at::Tensor power = field_power(field.detach());
  check_phase_sampling(path, phase, power.reshape({-1, grid.n_y, grid.n_x}).sum(0), grid);
}

}  // namespace parfocal::optics
