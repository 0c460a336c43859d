// SPDX-License-Identifier: Apache-2.0
#include "optics/phase_sampling.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

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
  const at::NoGradGuard no_grad;
  const std::int64_t n = phase.size(axis);
  const double total = power.sum().item<double>();
  if (n < 2 || !(total > 0.0)) return {};
  const at::Tensor step = (phase.narrow(axis, 1, n - 1) - phase.narrow(axis, 0, n - 1)).abs();
  const at::Tensor lit_before = power.narrow(axis, 0, n - 1);
  const at::Tensor lit_after = power.narrow(axis, 1, n - 1);
  // A pair counts where both samples are lit: the rim of a stop is no step.
  const at::Tensor light = (lit_before * lit_after).sqrt();
  return {(light * (step > std::numbers::pi)).sum().item<double>() / total,
          (step * (light > 0.0)).max().item<double>()};
}

void check_phase_sampling(const std::string& path, const at::Tensor& phase, const at::Tensor& power,
                          const Grid& grid) {
  check_axis(path, phase_steps(phase, power, 0), grid.pitch_y_m);
  check_axis(path, phase_steps(phase, power, 1), grid.pitch_x_m);
}

}  // namespace parfocal::optics
