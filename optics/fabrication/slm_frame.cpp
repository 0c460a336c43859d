// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/slm_frame.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/remainder.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "core/check.h"
#include "core/error.h"

namespace parfocal::optics {
namespace {

constexpr double kTopLevel = 255.0;
constexpr double kWave = 2.0 * std::numbers::pi;

void check_response(const SlmResponse& response) {
  if (std::isfinite(response.top_phase_rad) && response.top_phase_rad > 0.0) return;
  throw UsageError(
      fmt::format("slm.top_phase = {} rad: expected more than 0; measure the phase at level 255",
                  response.top_phase_rad));
}

}  // namespace

at::Tensor slm_frame(const at::Tensor& phase_rad, const SlmResponse& response) {
  check_response(response);
  PARFOCAL_CHECK(at::isFloatingType(phase_rad.scalar_type()));
  if (!at::isfinite(phase_rad).all().item<bool>()) {
    throw NumericError("slm_frame: a phase is not finite; check the design before it is shown");
  }
  const double step = response.top_phase_rad / kTopLevel;
  const at::Tensor phase = at::remainder(phase_rad.detach().to(at::kDouble), kWave);
  const at::Tensor level = (phase / step - 0.5).ceil().clamp(0.0, kTopLevel);
  // Beyond the top level the next wave, that is level 0, may be nearer.
  const at::Tensor wraps = (kWave - phase) < (phase - level * step).abs();
  return at::where(wraps, at::zeros_like(level), level).to(at::kByte);
}

at::Tensor slm_phase(const at::Tensor& frame, const SlmResponse& response) {
  check_response(response);
  PARFOCAL_CHECK(frame.scalar_type() == at::kByte);
  return frame.to(at::kDouble) * (response.top_phase_rad / kTopLevel);
}

}  // namespace parfocal::optics
