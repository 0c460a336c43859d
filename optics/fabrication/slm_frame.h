// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <numbers>

namespace parfocal::optics {

/// Phase that a spatial light modulator adds at its top drive level, 255, beyond that at level 0;
/// linear between. By default one wave is 256 levels, so that level 256 would be level 0 again.
struct SlmResponse {
  double top_phase_rad = 2.0 * std::numbers::pi * 255.0 / 256.0;
};

/// 8-bit drive levels of a phase map, uint8: the level whose phase is nearest modulo one wave.
///
///   phase(level) = top_phase level / 255
///
/// Convention: of equally near levels the lower phase. Other phases modulo 2 pi stay out of reach
///             where top_phase < 2 pi 255 / 256; they take the nearer end.
/// Layout:     any shape.
/// Invariants: |phase - slm_phase(slm_frame(phase))| <= half a level step modulo 2 pi where the
///             stroke covers one wave; slm_frame(slm_phase(frame)) = frame where it is less.
/// Errors:     UsageError unless top_phase > 0; NumericError for a phase that is not finite.
/// Tested by:  tests/optics/fabrication/slm_frame_test.cpp.
[[nodiscard]] at::Tensor slm_frame(const at::Tensor& phase_rad, const SlmResponse& response = {});

/// Phases of the drive levels (uint8), float64, in [0, top_phase].
[[nodiscard]] at::Tensor slm_phase(const at::Tensor& frame, const SlmResponse& response = {});

}  // namespace parfocal::optics
