// SPDX-License-Identifier: Apache-2.0
#include "optics/phase_sampling.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
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

}  // namespace

PhaseSteps phase_steps(const at::Tensor& phase, const at::Tensor& power, std::int64_t axis) {
  const at::Tensor angle = phase.detach().to(at::kCPU, at::kDouble).contiguous();
  const at::Tensor light = power.detach().to(at::kCPU, at::kDouble).contiguous();
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

}  // namespace parfocal::optics
